// Integers in property values. Their byte order is the value's, never the container's.
import { assert } from './assert.ts';
import type { ByteOrder, CellBits } from './tree.ts';

/** The unsigned integer of `bits` at `offset`, which must lie within `value`. */
export function getUint(
  value: Uint8Array,
  offset: number,
  bits: CellBits,
  order: ByteOrder,
): bigint {
  const bytes = bits / 8;
  assert(offset >= 0 && offset + bytes <= value.length, `offset ${offset} is outside the value`);
  if (bits !== 64) return BigInt(smallUint(value, offset, bytes, order));
  const first = BigInt(smallUint(value, offset, 4, order));
  const second = BigInt(smallUint(value, offset + 4, 4, order));
  return order === 'big' ? (first << 32n) | second : (second << 32n) | first;
}

/**
 * The unsigned 64-bit integer at `offset` as a double: exact below 2^53, and close enough above to
 * be told apart from what is below. For whoever looks at millions of them.
 */
export function getUint64AsNumber(value: Uint8Array, offset: number, order: ByteOrder): number {
  const first = smallUint(value, offset, 4, order);
  const second = smallUint(value, offset + 4, 4, order);
  return order === 'big' ? first * 2 ** 32 + second : second * 2 ** 32 + first;
}

/** Writes the low `bits` of `number` at `offset`, which must lie within `value`. */
export function putUint(
  value: Uint8Array,
  offset: number,
  number: bigint,
  bits: CellBits,
  order: ByteOrder,
): void {
  const bytes = bits / 8;
  assert(offset >= 0 && offset + bytes <= value.length, `offset ${offset} is outside the value`);
  let rest = BigInt.asUintN(bits, number);
  for (let i = 0; i < bytes; i++) {
    const at = order === 'big' ? offset + bytes - 1 - i : offset + i;
    value[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

/** The whole cells of `value`; bytes left over at its end are not returned. */
export function readCells(value: Uint8Array, bits: CellBits, order: ByteOrder): bigint[] {
  const bytes = bits / 8;
  const cells: bigint[] = [];
  for (let offset = 0; offset + bytes <= value.length; offset += bytes) {
    cells.push(getUint(value, offset, bits, order));
  }
  return cells;
}

function smallUint(value: Uint8Array, offset: number, bytes: number, order: ByteOrder): number {
  let number = 0;
  for (let i = 0; i < bytes; i++) {
    const at = order === 'big' ? offset + i : offset + bytes - 1 - i;
    number = number * 256 + (value[at] as number);
  }
  return number;
}
