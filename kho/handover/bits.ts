import type { ByteOrder } from '../../fdt/index.ts';

/**
 * Calls `visit` for the set bits of a bitmap of unsigned longs, ascending; `count` bits in a row
 * are told at once where that is cheap. Bit i is in word i / 64, as the kernel's set_bit() has it.
 */
export function forEachSetBit(
  bitmap: Uint8Array,
  order: ByteOrder,
  visit: (bit: number, count: number) => void,
): void {
  const little = order === 'little';
  const view = new DataView(bitmap.buffer, bitmap.byteOffset, bitmap.length);
  for (let offset = 0; offset < bitmap.length; offset += 4) {
    // The halves of a word stand the other way round in big-endian memory.
    const half = view.getUint32(little ? offset : offset ^ 4, little);
    if (half === 0xffffffff) {
      visit(offset * 8, 32);
      continue;
    }
    for (let bits = half; bits !== 0; bits &= bits - 1)
      visit(offset * 8 + 31 - Math.clz32(bits & -bits), 1);
  }
}

/** Sets one bit of such a bitmap. */
export function setBit(bitmap: Uint8Array, bit: number, order: ByteOrder): void {
  const byte = order === 'little' ? bit >> 3 : (bit >> 3) ^ 7;
  bitmap[byte] = (bitmap[byte] as number) | (1 << (bit & 7));
}
