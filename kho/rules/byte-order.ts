import { type FdtProperty, type Fix, getUint, getUint64AsNumber } from '../../fdt/index.ts';
import type { ElementSchema, NodeSchema } from '../bindings/binding.ts';
import { propertySchema } from '../bindings/binding-set.ts';
import { hexText } from '../describe/number.ts';
import { fixed, replaceFix } from './fixes.ts';
import {
  PHYSICAL_ADDRESS_BITS,
  placeOfCell,
  type Rule,
  type RuleContext,
  type RuleSet,
} from './rule.ts';

/** fdt_setprop() copies the value as the CPU has it; no cell of a KHO tree is big-endian. */
const BYTE_SWAPPED_VALUE: Rule = {
  name: 'byte-swapped-value',
  severity: 'error',
  what: 'A u64 is in the byte order of the CPU',
};

export const BYTE_ORDER_RULES: RuleSet = {
  rules: [BYTE_SWAPPED_VALUE],
  checkNode(node, described, context): void {
    if (described === undefined) return;
    for (const property of node.properties) checkProperty(property, described.schema, context);
  },
};

function checkProperty(property: FdtProperty, schema: NodeSchema, context: RuleContext): void {
  const type = propertySchema(schema, property.name)?.type;
  if (type?.kind !== 'cells' || !type.elements.some(isAddressOrSize)) return;
  let offset = 0;
  for (let index = 0; ; index++) {
    const element = type.elements[index % type.elements.length] as ElementSchema;
    if (offset + element.bits / 8 > property.value.length) return;
    if (isAddressOrSize(element)) checkValue(property, offset, context);
    offset += element.bits / 8;
  }
}

function isAddressOrSize({ bits, phys, unit }: ElementSchema): boolean {
  return bits === 64 && (phys !== undefined || unit === 'bytes');
}

/** Only a value that was written as one cell, or as two halves and no more, is replaced by one. */
function fixesOf(
  property: FdtProperty,
  offset: number,
  meant: bigint,
): { readonly fixes?: readonly Fix[] } {
  const piece = property.pieces.find((each) => each.offset === offset);
  if (piece?.kind === 'cell' && piece.lengthBytes === 4) return fixed([halvesFix(property, meant)]);
  if (piece?.kind !== 'cell' || piece.lengthBytes !== 8) return {};
  return { fixes: [replaceFix(`Write ${hexText(meant)}`, piece.span, hexText(meant))] };
}

/** `/bits/ 32 <0x1 0x10a000>` as one cell of 64 bits. */
function halvesFix({ pieces }: FdtProperty, meant: bigint): Fix | undefined {
  const [high, low] = pieces;
  if (high === undefined || low?.lengthBytes !== 4 || pieces.length !== 2) return undefined;
  const { source, start } = high.span;
  if (low.span.source !== source) return undefined;
  const before = /\/bits\/\s*32\s*<\s*$/.exec(source.text.slice(Math.max(0, start - 40), start));
  const after = /^\s*>/.exec(source.text.slice(low.span.end, low.span.end + 40));
  const between = source.text.slice(high.span.end, low.span.start);
  if (before === null || after === null || between.trim() !== '') return undefined;
  const span = { source, start: start - before[0].length, end: low.span.end + after[0].length };
  return replaceFix(`Write ${hexText(meant)}`, span, `/bits/ 64 <${hexText(meant)}>`);
}

const PLAUSIBLE = 2 ** Number(PHYSICAL_ADDRESS_BITS);

/** An address or size that no machine has, but that one swap turns into one, was swapped. */
function checkValue(property: FdtProperty, offset: number, context: RuleContext): void {
  if (getUint64AsNumber(property.value, offset, context.byteOrder) < PLAUSIBLE) return;
  const limit = 1n << PHYSICAL_ADDRESS_BITS;
  const value = getUint(property.value, offset, 64, context.byteOrder);
  const otherOrder = context.byteOrder === 'little' ? 'big' : 'little';
  const swapped = getUint(property.value, offset, 64, otherOrder);
  const halves = ((value & 0xffffffffn) << 32n) | (value >> 32n);
  const readings = [
    { meant: halves, how: 'its two halves are in the wrong order, as <high low> cells are' },
    { meant: swapped, how: `its bytes are ${otherOrder}-endian, as cells that dtc writes are` },
  ].filter((reading) => reading.meant < limit);
  // Memory that is handed over begins at pages.
  const isAligned = (reading: bigint): boolean => reading % BigInt(context.pageBytes) === 0n;
  const reading = readings.find((each) => isAligned(each.meant)) ?? readings[0];
  if (reading === undefined) return;
  const { meant, how } = reading;
  context.report(
    BYTE_SWAPPED_VALUE,
    placeOfCell(property, offset),
    `\`${property.name}\` is ${hexText(value)}, which is no physical address or size; ${how}`,
    {
      help: `write it as one cell: /bits/ 64 <${hexText(meant)}>`,
      ...fixesOf(property, offset, meant),
    },
  );
}
