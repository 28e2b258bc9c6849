import { assertNever } from '../assert.ts';
import type { DtsCells, DtsProperty } from '../source/syntax.ts';
import type { Span } from '../text.ts';
import type { CellBits, ValuePiece } from '../tree.ts';

/** What has to be remembered of the evaluation of a value to tell its pieces. */
export interface ValueShape {
  readonly layout: readonly CellBits[] | undefined;
  /** Bytes of each path and file, in order. */
  readonly lengths: readonly number[];
}

/** The width of the cell `index` of a value, counted over all its arrays. */
export function cellBits(
  { bits }: DtsCells,
  layout: readonly CellBits[] | undefined,
  index: number,
): CellBits {
  return bits ?? layout?.[index % layout.length] ?? 32;
}

/** Where each piece of a value was written, ascending by offset. */
export function piecesOf(
  syntax: DtsProperty,
  { layout, lengths }: ValueShape,
): readonly ValuePiece[] {
  const pieces: ValuePiece[] = [];
  let offset = 0;
  let cell = 0;
  let measured = 0;
  const add = (
    kind: ValuePiece['kind'],
    lengthBytes: number,
    span: Span,
    isExplicitWidth = false,
  ): void => {
    pieces.push({ kind, offset, lengthBytes, span, isExplicitWidth });
    offset += lengthBytes;
  };
  for (const value of syntax.values) {
    switch (value.kind) {
      case 'string':
        add('string', (value.bytes ?? value.text).length + 1, value.span);
        break;
      case 'bytes':
        add('bytes', value.value.length, value.span);
        break;
      case 'cells':
        for (const item of value.items) {
          if (item.kind === 'label') continue;
          const bits = cellBits(value, layout, cell++);
          const isReference = item.kind === 'reference' && value.bits === undefined;
          add('cell', (isReference ? 32 : bits) / 8, item.span, value.bits !== undefined);
        }
        break;
      case 'reference':
      case 'incbin': {
        const length = lengths[measured++] ?? 0;
        if (length > 0) add(value.kind === 'incbin' ? 'file' : 'path', length, value.span);
        break;
      }
      case 'label':
        break;
      default:
        assertNever(value);
    }
  }
  return pieces;
}
