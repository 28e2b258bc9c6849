// The seed's `mem` properties and the nodes of drivers that hold them.
import {
  type ByteOrder,
  type FdtProperty,
  getUint64AsNumber,
  propertyOf,
} from '../../fdt/index.ts';
import type { ElementSchema } from '../bindings/binding.ts';
import { hexText } from '../describe/number.ts';
import { KHO_MEM } from '../structs/index.ts';
import { readStruct } from '../structs/struct.ts';
import { type TupleCount, tupleFixes } from './cell-fixes.ts';
import { fixed, insertValueFix } from './fixes.ts';
import {
  PHYSICAL_ADDRESS_BITS,
  placeOfCell,
  type Rule,
  type RuleContext,
  type RuleSet,
} from './rule.ts';

/** kho_alloc_mem_cache() and kho_populate_refcount() pass over such a property without a word. */
const MEM_LENGTH: Rule = {
  name: 'mem-length',
  severity: 'error',
  what: 'A mem property is a whole number of struct kho_mem',
};
const MEM_RANGE: Rule = {
  name: 'mem-range',
  severity: 'error',
  what: 'Every range of a mem property is memory that can exist',
};
const DRIVER_COMPATIBLE: Rule = {
  name: 'driver-compatible',
  severity: 'warning',
  what: 'The node of every driver has a compatible',
};

export const MEM_RULES: RuleSet = {
  rules: [MEM_LENGTH, MEM_RANGE, DRIVER_COMPATIBLE],
  checkNode(node, _described, context): void {
    const { memoryMap } = context.release;
    if (memoryMap.kind !== 'mem-properties') return;
    const mem = propertyOf(node, memoryMap.property);
    if (mem !== undefined) checkMem(mem, context);
  },
  check(context): void {
    if (context.release.memoryMap.kind !== 'mem-properties' || context.role === 'subtree') return;
    for (const node of context.tree.root.children)
      if (propertyOf(node, 'compatible') === undefined)
        context.report(
          DRIVER_COMPATIBLE,
          node,
          `\`${node.name}\` has no compatible: the next kernel cannot tell which layout it has`,
          fixed([insertValueFix(node, 'compatible', `"${node.name}-v1"`, false)]),
        );
  },
};

/** What the elements of `mem` are, whatever a binding says. */
const ADDR_LEN: readonly ElementSchema[] = [
  { name: 'addr', bits: 64, description: '' },
  { name: 'len', bits: 64, description: '' },
];
const ANY_NUMBER: TupleCount = { min: 0, max: Number.POSITIVE_INFINITY, multipleOf: 1 };

function checkMem(mem: FdtProperty, context: RuleContext): void {
  const { sizeBytes } = KHO_MEM;
  if (mem.value.length % sizeBytes !== 0) {
    context.report(
      MEM_LENGTH,
      mem,
      `\`${mem.name}\` has ${mem.value.length} bytes, not a multiple of ${sizeBytes}: the kernel ` +
        'ignores all of it and hands nothing over',
      {
        help: 'each range is two u64, the physical address and the length in bytes',
        ...fixed(tupleFixes(mem, ADDR_LEN, ANY_NUMBER)),
      },
    );
    return;
  }
  for (let offset = 0; offset < mem.value.length; offset += sizeBytes) {
    if (isPlain(mem.value, offset, context.byteOrder)) continue;
    const { addr, len } = readStruct(KHO_MEM, mem.value, offset, context.byteOrder);
    if (len === 0n)
      context.report(
        MEM_RANGE,
        placeOfCell(mem, offset + 8),
        `range ${offset / sizeBytes} of \`${mem.name}\` at ${hexText(addr)} is empty`,
      );
    else if (addr < 1n << PHYSICAL_ADDRESS_BITS && addr + len > 1n << PHYSICAL_ADDRESS_BITS)
      context.report(
        MEM_RANGE,
        placeOfCell(mem, offset + 8),
        `range ${offset / sizeBytes} of \`${mem.name}\` ends at ${hexText(addr + len)}, ` +
          'beyond any physical memory',
      );
  }
}

const LIMIT = 2 ** Number(PHYSICAL_ADDRESS_BITS);

/** Nearly every range: not empty, and where memory can be. */
function isPlain(value: Uint8Array, offset: number, order: ByteOrder): boolean {
  const length = getUint64AsNumber(value, offset + 8, order);
  return length > 0 && getUint64AsNumber(value, offset, order) + length <= LIMIT;
}
