// A value as the cells that its binding, or without one the source, says it is made of.
import { type ByteOrder, type CellBits, type FdtProperty, getUint } from '../../fdt/index.ts';
import { type ElementSchema, type PropertySchema, tupleBytes } from '../bindings/binding.ts';

/** One cell of a value: where it is, what it is called and what it says. */
export interface ValueCell {
  /** Byte offset in the value. */
  readonly offset: number;
  readonly bits: CellBits;
  readonly value: bigint;
  readonly element: ElementSchema | undefined;
  /** Index of its tuple in an array; undefined where there is one tuple only. */
  readonly row: number | undefined;
}

/**
 * The cell of `property` that begins at or covers byte `offset`; undefined if the binding gives
 * it no cells, the offset is past the last whole tuple, or nothing says how wide cells are.
 */
export function cellAt(
  property: FdtProperty,
  schema: PropertySchema | undefined,
  offset: number,
  order: ByteOrder,
): ValueCell | undefined {
  const { value } = property;
  const type = schema?.type;
  if (type?.kind === 'cells') {
    const size = tupleBytes(type);
    const row = Math.floor(offset / size);
    let at = row * size;
    if (at + size > value.length) return undefined;
    for (const element of type.elements) {
      const next = at + element.bits / 8;
      if (offset < next) {
        const bits = element.bits;
        const read = getUint(value, at, bits, order);
        return { offset: at, bits, value: read, element, row: type.isArray ? row : undefined };
      }
      at = next;
    }
    return undefined;
  }
  const piece = property.pieces.find(
    (one) => one.kind === 'cell' && one.offset <= offset && offset < one.offset + one.lengthBytes,
  );
  if (piece === undefined || piece.offset + piece.lengthBytes > value.length) return undefined;
  const bits = (piece.lengthBytes * 8) as CellBits;
  const read = getUint(value, piece.offset, bits, order);
  return { offset: piece.offset, bits, value: read, element: undefined, row: undefined };
}

/** The other cell of the same tuple called `name`. */
export function siblingCell(
  property: FdtProperty,
  schema: PropertySchema | undefined,
  cell: ValueCell,
  name: string,
  order: ByteOrder,
): ValueCell | undefined {
  if (schema?.type.kind !== 'cells') return undefined;
  let at = (cell.row ?? 0) * tupleBytes(schema.type);
  for (const element of schema.type.elements) {
    if (element.name === name) return cellAt(property, schema, at, order);
    at += element.bits / 8;
  }
  return undefined;
}

/** `mem[2].addr`, `events[0].crc32`, `nr_pages`. */
export function cellName(property: FdtProperty, cell: ValueCell): string {
  const row = cell.row === undefined ? '' : `[${cell.row}]`;
  const element = cell.element?.name ?? '';
  return `${property.name}${row}${element === '' ? '' : `.${element}`}`;
}
