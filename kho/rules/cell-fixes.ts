// Repairs of arrays of cells that have too many or too few of them.
import type { FdtProperty, Fix, Span, ValuePiece } from '../../fdt/index.ts';
import type { ElementSchema, PropertySchema } from '../bindings/binding.ts';
import { hexText } from '../describe/number.ts';
import { replaceFix } from './fixes.ts';

/** How many tuples an array may have. */
export interface TupleCount {
  readonly min: number;
  readonly max: number;
  readonly multipleOf: number;
}

/** Cells that a repair adds at most; whoever needs more has something else in mind. */
const MAX_ADDED_CELLS = 64;

/**
 * Ways to a number of tuples that is allowed: the cells that are too many go, or zeros take the
 * place of those that are missing. Neither is beyond doubt. None where the value is not written as
 * cells of the widths of `elements`.
 */
export function tupleFixes(
  property: FdtProperty,
  elements: readonly ElementSchema[],
  { min, max, multipleOf }: TupleCount,
): readonly Fix[] {
  const cells = cellsOf(property, elements);
  if (cells === undefined) return [];
  const count = cells.length / elements.length;
  const fewer = Math.floor(Math.min(count, max) / multipleOf) * multipleOf;
  const more = Math.ceil(Math.max(count, min) / multipleOf) * multipleOf;
  const fixes: Fix[] = [];
  if (more <= max && more > count) {
    const fix = fillFix(cells, more * elements.length - cells.length);
    if (fix !== undefined) fixes.push(fix);
  }
  if (fewer >= Math.max(min, 1) && fewer < count) {
    const fix = dropFix(cells, fewer * elements.length);
    if (fix !== undefined) fixes.push(fix);
  }
  return fixes;
}

/** What `schema` allows, as tuples. */
export function allowedCount(schema: PropertySchema): TupleCount {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, itemsMultipleOf = 1 } = schema;
  const isOne = schema.type.kind === 'cells' && !schema.type.isArray;
  if (isOne) return { min: 1, max: 1, multipleOf: 1 };
  return { min: minItems, max: maxItems, multipleOf: itemsMultipleOf };
}

/** The cells of a value that consists of nothing else, each as wide as its element. */
function cellsOf(
  { pieces, value, whole }: FdtProperty,
  elements: readonly ElementSchema[],
): readonly ValuePiece[] | undefined {
  let offset = 0;
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind !== 'cell' || piece.offset !== offset) return undefined;
    if (piece.lengthBytes * 8 !== elements[index % elements.length]?.bits) return undefined;
    if (piece.span.source !== whole?.source) return undefined;
    offset += piece.lengthBytes;
  }
  return offset === value.length && offset > 0 ? pieces : undefined;
}

function fillFix(cells: readonly ValuePiece[], missing: number): Fix | undefined {
  const last = cells.at(-1)?.span;
  if (last === undefined || missing > MAX_ADDED_CELLS) return undefined;
  const span = { ...last, start: last.end };
  const title = missing === 1 ? 'Add 0x0 for the missing cell' : `Add ${missing} cells of 0x0`;
  return { title, edits: [{ span, text: ' 0x0'.repeat(missing) }], isObvious: false };
}

/** What stands between the cells goes too: the array that held the last ones is closed already. */
function dropFix(cells: readonly ValuePiece[], kept: number): Fix | undefined {
  const last = cells[kept - 1]?.span;
  const end = cells.at(-1)?.span.end;
  if (last === undefined || end === undefined) return undefined;
  const span = { ...last, start: last.end, end };
  // Labels and comments are more than cells.
  if (/["':]|\/[/*]/.test(textOf(span))) return undefined;
  const dropped = cells.length - kept;
  const title = dropped === 1 ? 'Drop the last cell' : `Drop the last ${dropped} cells`;
  return { title, edits: [{ span, text: '' }], isObvious: false };
}

/**
 * What a value for a single number may have been meant to be: two cells of a devicetree, the high
 * half first, or a number in quotes.
 */
export function oneNumberFixes(
  property: FdtProperty,
  [element]: readonly ElementSchema[],
): readonly Fix[] {
  const { pieces, whole } = property;
  const [first, second] = pieces;
  if (element === undefined || first === undefined || whole === undefined) return [];
  if (first.span.source !== whole.source) return [];
  if (pieces.length === 1 && first.kind === 'string') {
    const number = /^"\s*(0[xX][0-9a-fA-F]+|0|[1-9]\d*)\s*"$/.exec(textOf(first.span))?.[1];
    if (number === undefined || BigInt(number) >> BigInt(element.bits) !== 0n) return [];
    return [replaceFix(`Write <${number}>`, first.span, `<${number}>`)];
  }
  if (pieces.length !== 2 || second === undefined || element.bits !== 64) return [];
  const halves = pieces.map(({ kind, span }) => (kind === 'cell' ? literalOf(span) : undefined));
  const [high, low] = halves;
  if (high === undefined || low === undefined) return [];
  if (high >> 32n !== 0n || low >> 32n !== 0n) return [];
  const between = textOf({ ...first.span, start: first.span.end, end: second.span.start });
  if (!/^\s*$/.test(between)) return [];
  const text = hexText((high << 32n) | low);
  const span = { ...first.span, end: second.span.end };
  return [replaceFix(`Write ${text}`, span, text, false)];
}

function literalOf(span: Span): bigint | undefined {
  const text = textOf(span);
  return /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text) ? BigInt(text) : undefined;
}

/** Another number for the cell at `offset`, where it is written as one cell. */
export function cellFix(
  { pieces }: FdtProperty,
  offset: number,
  value: bigint,
  isObvious = false,
): readonly Fix[] {
  const piece = pieces.find((each) => each.offset === offset);
  if (piece?.kind !== 'cell' || value >> BigInt(piece.lengthBytes * 8) !== 0n) return [];
  const text = hexText(value);
  return [replaceFix(`Write ${text}`, piece.span, text, isObvious)];
}

function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}
