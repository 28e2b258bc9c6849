// Places in memory for a process in C: 64-bit numbers, of ranges where each begins and ends.
import { type ByteOrder, getUint, putUint } from '../../fdt/index.ts';
import type { Range } from '../machine/range-set.ts';

const WORD_BYTES = 8;

export function rangesAsBytes(ranges: readonly Range[], order: ByteOrder): Uint8Array {
  return addressesAsBytes(
    ranges.flatMap(({ start, end }) => [start, end]),
    order,
  );
}

export function addressesAsBytes(addresses: readonly number[], order: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(addresses.length * WORD_BYTES);
  for (const [i, address] of addresses.entries())
    putUint(bytes, i * WORD_BYTES, BigInt(address), 64, order);
  return bytes;
}

export function addressesFrom(bytes: Uint8Array, order: ByteOrder): number[] {
  return Array.from({ length: Math.floor(bytes.length / WORD_BYTES) }, (_, i) =>
    Number(getUint(bytes, i * WORD_BYTES, 64, order)),
  );
}
