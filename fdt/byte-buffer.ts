import type { ByteOrder, CellBits } from './tree.ts';

const INITIAL_BYTES = 256;

/** Bytes that grow at their end. */
export class ByteBuffer {
  length = 0;
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);

  clear(): void {
    this.length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** The low 32 bits, big-endian. */
  u32(value: number): void {
    this.#reserve(4);
    const bytes = this.#bytes;
    bytes[this.length++] = value >>> 24;
    bytes[this.length++] = value >>> 16;
    bytes[this.length++] = value >>> 8;
    bytes[this.length++] = value;
  }

  /** The low `bits` of `value`. */
  cell(value: bigint, bits: CellBits, order: ByteOrder): void {
    if (bits === 64) {
      const high = Number(BigInt.asUintN(32, value >> 32n));
      const low = Number(BigInt.asUintN(32, value));
      this.#small(order === 'big' ? high : low, 4, order);
      this.#small(order === 'big' ? low : high, 4, order);
    } else this.#small(Number(BigInt.asUintN(32, value)), bits / 8, order);
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The low byte of each code unit. */
  appendText(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** A number of up to 32 bits, in lower case and without leading zeros. */
  hex(value: number): void {
    this.#reserve(8);
    const bytes = this.#bytes;
    let at = this.length;
    for (let shift = value === 0 ? 0 : (31 - Math.clz32(value)) & ~3; shift >= 0; shift -= 4) {
      const digit = (value >>> shift) & 15;
      bytes[at++] = digit < 10 ? 0x30 + digit : 0x57 + digit;
    }
    this.length = at;
  }

  /** Zero bytes up to a multiple of `alignment`. */
  align(alignment: number): void {
    while (this.length % alignment !== 0) this.byte(0);
  }

  /** Copies what was written to `offset` of `target`. */
  copyTo(target: Uint8Array, offset: number): void {
    target.set(this.#bytes.subarray(0, this.length), offset);
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #small(value: number, count: number, order: ByteOrder): void {
    this.#reserve(count);
    const bytes = this.#bytes;
    for (let i = 0; i < count; i++) {
      const shift = order === 'big' ? count - 1 - i : i;
      bytes[this.length++] = value >>> (shift * 8);
    }
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    let size = this.#bytes.length * 2;
    while (size < needed) size *= 2;
    const grown = new Uint8Array(size);
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
