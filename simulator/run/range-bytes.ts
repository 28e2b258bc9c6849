// Ranges for a process in C: pairs of 64-bit numbers, where each begins and ends.
import { type ByteOrder, putUint } from '../../fdt/index.ts';
import type { Range } from '../machine/range-set.ts';

const PAIR_BYTES = 16;

export function rangesAsBytes(ranges: readonly Range[], order: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(ranges.length * PAIR_BYTES);
  for (const [i, { start, end }] of ranges.entries()) {
    putUint(bytes, i * PAIR_BYTES, BigInt(start), 64, order);
    putUint(bytes, i * PAIR_BYTES + 8, BigInt(end), 64, order);
  }
  return bytes;
}
