import { stringsOf } from '../../fdt/index.ts';
import type { PropertyType } from '../bindings/binding.ts';
import { decodeValue, typeText } from '../value.ts';
import { elementMeaning } from './element.ts';
import { limitsText } from './limits.ts';
import { code, count, MAX_SHOWN_ROWS, paragraphs, table } from './markdown.ts';
import { byteCountText, hexText, integerText, sizeText } from './number.ts';
import type { PropertyInContext } from './value.ts';

/** Bytes of a value without a binding that a description shows. */
const MAX_SHOWN_BYTES = 16;

/** Where the binding of a property comes from. */
export interface PropertyOrigin {
  readonly isRequired: boolean;
  /** Title of what describes the node. */
  readonly title: string;
  /** Releases that have it; empty if nothing says. */
  readonly releases: readonly string[];
}

/**
 * Markdown about a property: its type and text from the binding, its limits, the elements of a
 * tuple, and the value decoded. Without a binding, what the bytes alone can say.
 */
export function describeProperty(context: PropertyInContext, origin?: PropertyOrigin): string {
  const { property, schema } = context;
  if (schema === undefined) {
    const length = sizeText(BigInt(property.value.length));
    const head = `**${property.name}** · ${length}`;
    return paragraphs(head, bytesText(property.value), '*No binding describes it.*');
  }
  const { restoredBy } = schema;
  return paragraphs(
    `**${property.name}** · ${typeText(schema.type)}`,
    schema.title,
    schema.description,
    limitsText(schema),
    elementsText(schema.type),
    valueText(context, schema.type),
    restoredBy && `The next kernel takes it back with ${code(restoredBy)}`,
    origin && originText(origin),
  );
}

function originText({ isRequired, title, releases }: PropertyOrigin): string {
  const parts = [isRequired ? 'Required' : 'Optional', title];
  if (releases.length > 0) parts.push(`releases ${releases.join(', ')}`);
  return parts.filter((part) => part !== '').join(' · ');
}

function elementsText(type: PropertyType): string | undefined {
  if (type.kind !== 'cells') return undefined;
  const [first] = type.elements;
  if (type.elements.length === 1 && first !== undefined) return elementMeaning(first);
  const rows = type.elements.map((element) => [
    code(element.name),
    `u${element.bits}`,
    elementMeaning(element),
  ]);
  return table(['element', 'type', 'meaning'], rows);
}

function valueText(context: PropertyInContext, type: PropertyType): string | undefined {
  const { value } = context.property;
  const decoded = decodeValue(value, type, context.byteOrder);
  switch (decoded.kind) {
    case 'flag':
      return undefined;
    case 'strings':
      return decoded.strings.map((text) => code(`"${text}"`)).join(', ');
    case 'bytes':
      return bytesText(value);
    case 'malformed':
      return `The value ${decoded.why}`;
    case 'cells':
      return type.kind === 'cells' ? tuplesText(decoded.tuples, type, value.length) : undefined;
  }
}

type CellsType = PropertyType & { readonly kind: 'cells' };
type Tuples = readonly (readonly bigint[])[];

function tuplesText(tuples: Tuples, type: CellsType, lengthBytes: number): string {
  const [only] = type.elements;
  const single = tuples[0]?.[0];
  if (!type.isArray && type.elements.length === 1 && single !== undefined) {
    return `Value ${code(only?.unit === 'bytes' ? byteCountText(single) : integerText(single))}`;
  }
  const shown = tuples.slice(0, MAX_SHOWN_ROWS);
  const left = tuples.length - shown.length;
  const more = left > 0 ? `… ${left} more` : undefined;
  const total = rangesTotal(tuples, type);
  const entries = count(tuples.length, 'entry', 'entries');
  const head = [entries, sizeText(BigInt(lengthBytes)), total].filter((text) => text).join(' · ');
  if (type.elements.length === 1) {
    const cells = shown.map(([cell = 0n]) => code(hexText(cell))).join(' ');
    return `${head}: ${cells}${more === undefined ? '' : ` ${more}`}`;
  }
  const columns = ['', ...type.elements.map((element) => element.name)];
  const rows = shown.map((tuple, index) => [
    `[${index}]`,
    ...tuple.map((cell) => code(hexText(cell))),
  ]);
  return paragraphs(head, table(columns, rows), more);
}

/** How much memory an array of ranges covers, counting a byte as often as ranges name it. */
function rangesTotal(tuples: Tuples, type: CellsType): string | undefined {
  const name = type.elements.find((element) => element.phys?.size !== undefined)?.phys?.size;
  const index = type.elements.findIndex((element) => element.name === name);
  if (name === undefined || index < 0) return undefined;
  const total = tuples.reduce((sum, tuple) => sum + (tuple[index] ?? 0n), 0n);
  return `ranges of ${sizeText(total)} together`;
}

/** A value without a type: as strings if it can be nothing else, as bytes otherwise. */
function bytesText(value: Uint8Array): string | undefined {
  if (value.length === 0) return undefined;
  const strings = stringsOf(value);
  if (strings?.every((text) => text.length > 1))
    return strings.map((text) => code(`"${text}"`)).join(', ');
  const shown = value.subarray(0, MAX_SHOWN_BYTES);
  const hex = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return code(`[${hex}${value.length > MAX_SHOWN_BYTES ? ' …' : ''}]`);
}
