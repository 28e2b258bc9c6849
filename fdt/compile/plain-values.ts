// The bytes of plain values, straight from the text.
import type { PropertySyntax } from '../source/items.ts';
import { afterBits, bitsAt, byteAt, PlainValueReader, skipSpaces } from '../source/plain-value.ts';
import type { ByteOrder, CellBits } from '../tree.ts';
import type { ValuePool } from './value-pool.ts';

/** Layouts of arrays that say it themselves. */
const SIZED: Readonly<Record<CellBits, readonly CellBits[]>> = {
  8: [8],
  16: [16],
  32: [32],
  64: [64],
};

/** Writes plain values into a pool. */
export class PlainEvaluator {
  readonly #reader = new PlainValueReader();
  readonly #order: ByteOrder;
  readonly #pool: ValuePool;
  #at = 0;
  #cell = 0;

  constructor(order: ByteOrder, pool: ValuePool) {
    this.#order = order;
    this.#pool = pool;
  }

  /**
   * Writes the value of `syntax`, which must be plain, behind what is in the pool, and says how
   * many bytes it has; -1, and nothing is written, if a number does not fit its cell.
   */
  evaluate(syntax: PropertySyntax, layout: readonly CellBits[] | undefined): number {
    if (!syntax.hasValue) return 0;
    // No string or bytes have more bytes than characters.
    const textBytes = syntax.hasOthers ? syntax.end - syntax.valueStart : 0;
    this.#pool.reserve(syntax.cells * 8 + textBytes);
    const { text } = syntax.source;
    this.#at = this.#pool.length;
    this.#cell = 0;
    for (let at = skipSpaces(text, syntax.valueStart); ; at = skipSpaces(text, at)) {
      const unit = text.charCodeAt(at++);
      if (unit === 0x2f) {
        const bits = bitsAt(text, at - 1);
        at = this.#cells(text, afterBits(text, at - 1) + 1, bits === 0 ? undefined : SIZED[bits]);
      } else if (unit === 0x3c) at = this.#cells(text, at, layout);
      else if (unit === 0x22) at = this.#string(text, at);
      else if (unit === 0x5b) at = this.#bytes(text, at);
      else if (unit !== 0x2c) break;
      if (at < 0) return -1;
    }
    return this.#at - this.#pool.length;
  }

  #cells(text: string, start: number, layout: readonly CellBits[] | undefined): number {
    const reader = this.#reader;
    for (let at = skipSpaces(text, start); ; at = skipSpaces(text, at)) {
      if (text.charCodeAt(at) === 0x3e) return at + 1;
      at = reader.number(text, at);
      const bits = layout === undefined ? 32 : (layout[this.#cell++ % layout.length] as CellBits);
      if (!this.#put(reader.high, reader.low, bits)) return -1;
    }
  }

  /** False if the number does not fit; as in C, one that is only its sign cut off does. */
  #put(high: number, low: number, bits: CellBits): boolean {
    if (bits === 64) {
      this.#word(this.#order === 'big' ? high : low);
      this.#word(this.#order === 'big' ? low : high);
      return true;
    }
    if (high !== 0 && high !== 0xffff_ffff) return false;
    if (bits === 32) {
      this.#word(low);
      return true;
    }
    const mask = (1 << bits) - 1;
    const fits = high === 0 ? low <= mask : (low | mask) >>> 0 === 0xffff_ffff;
    if (!fits) return false;
    const { bytes } = this.#pool;
    if (bits === 16) {
      const isBig = this.#order === 'big';
      bytes[this.#at++] = isBig ? low >>> 8 : low;
      bytes[this.#at++] = isBig ? low : low >>> 8;
    } else bytes[this.#at++] = low;
    return true;
  }

  #word(value: number): void {
    const { bytes } = this.#pool;
    const at = this.#at;
    if (this.#order === 'big') {
      bytes[at] = value >>> 24;
      bytes[at + 1] = value >>> 16;
      bytes[at + 2] = value >>> 8;
      bytes[at + 3] = value;
    } else {
      bytes[at] = value;
      bytes[at + 1] = value >>> 8;
      bytes[at + 2] = value >>> 16;
      bytes[at + 3] = value >>> 24;
    }
    this.#at = at + 4;
  }

  #string(text: string, start: number): number {
    const { bytes } = this.#pool;
    for (let at = start; ; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 0x22) {
        bytes[this.#at++] = 0;
        return at + 1;
      }
      bytes[this.#at++] = unit;
    }
  }

  #bytes(text: string, start: number): number {
    const { bytes } = this.#pool;
    for (let at = skipSpaces(text, start); ; at = skipSpaces(text, at)) {
      if (text.charCodeAt(at) === 0x5d) return at + 1;
      bytes[this.#at++] = byteAt(text, at);
      at += 2;
    }
  }
}
