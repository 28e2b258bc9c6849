// Values that hold nothing but strings, bytes and numbers, which is nearly all there are. They are
// read twice, to see where they end and to make their bytes; nothing is kept of what is between.
import type { CellBits } from '../tree.ts';
import { hexValue, isHexUnit, isSpaceUnit } from './characters.ts';

/** Digits of a decimal number that a double holds exactly. */
const MAX_DECIMAL_DIGITS = 15;
const MAX_HEX_DIGITS = 16;

/** A width of cells, 0 for none, -1 for several. */
export type PlainBits = CellBits | 0 | -1;

const HAS_OTHERS = 0x100;
const HAS_SEVERAL = 0x200;

/** What `hasOthers` and `bits` of a plain value are, as one number. */
export function shapeOf(hasOthers: boolean, bits: PlainBits): number {
  return (hasOthers ? HAS_OTHERS : 0) | (bits < 0 ? HAS_SEVERAL : bits);
}

export function hasOthersIn(shape: number): boolean {
  return (shape & HAS_OTHERS) !== 0;
}

export function bitsIn(shape: number): PlainBits {
  return (shape & HAS_SEVERAL) !== 0 ? -1 : ((shape & 0xff) as PlainBits);
}

/** Reads plain values, and says of the last one what it holds. */
export class PlainValueReader {
  /** Numbers in `< … >`. */
  cells = 0;
  /** Strings, and bytes in `[ … ]`. */
  hasOthers = false;
  /** Of the `/bits/` of all arrays; 0 if they have none, -1 if some have another. */
  bits: PlainBits = 0;
  /** The number read last, as two halves of 32 bits. */
  high = 0;
  low = 0;

  /**
   * The offset of the `;` that ends the value which starts at `start`; -1 if it is not plain, not
   * right, or not ended.
   */
  end(text: string, start: number): number {
    this.cells = 0;
    this.hasOthers = false;
    this.bits = 0;
    let arrays = 0;
    let at = start;
    for (;;) {
      at = skipSpaces(text, at);
      let unit = text.charCodeAt(at);
      let bits: PlainBits = 0;
      if (unit === 0x2f) {
        bits = bitsAt(text, at);
        if (bits === 0) return -1;
        at = afterBits(text, at);
        unit = text.charCodeAt(at);
        if (unit !== 0x3c) return -1;
      }
      if (unit === 0x3c) {
        at = this.#cellsEnd(text, at + 1);
        this.bits = arrays++ === 0 || this.bits === bits ? bits : -1;
      } else if (unit === 0x22) at = plainStringEnd(text, at + 1);
      else if (unit === 0x5b) at = bytesEnd(text, at + 1);
      else return -1;
      if (at < 0) return -1;
      if (unit !== 0x3c) this.hasOthers = true;
      at = skipSpaces(text, at);
      const next = text.charCodeAt(at);
      if (next === 0x3b) return at;
      if (next !== 0x2c) return -1;
      at++;
    }
  }

  /** Reads the number at `at` into `high` and `low`; past its end, -1 if it is not a plain one. */
  number(text: string, at: number): number {
    if (text.charCodeAt(at) === 0x30) {
      if ((text.charCodeAt(at + 1) | 0x20) === 0x78) return this.#hex(text, at + 2);
      this.high = 0;
      this.low = 0;
      // A 0 before other digits makes them octal.
      return endsNumber(text.charCodeAt(at + 1)) ? at + 1 : -1;
    }
    let value = 0;
    let end = at;
    for (let unit = text.charCodeAt(end); unit >= 0x30 && unit <= 0x39; ) {
      value = value * 10 + unit - 0x30;
      unit = text.charCodeAt(++end);
    }
    if (end === at || end - at > MAX_DECIMAL_DIGITS || !endsNumber(text.charCodeAt(end))) return -1;
    this.high = Math.floor(value / 0x1_0000_0000);
    this.low = value >>> 0;
    return end;
  }

  #hex(text: string, start: number): number {
    let high = 0;
    let low = 0;
    let at = start;
    for (; ; at++) {
      const unit = text.charCodeAt(at);
      let digit = unit - 0x30;
      if (digit < 0) break;
      if (digit > 9) {
        digit = (unit | 0x20) - 0x57;
        if (digit < 10 || digit > 15) break;
      }
      high = (high << 4) | (low >>> 28);
      low = (low << 4) | digit;
    }
    const digits = at - start;
    if (digits === 0 || digits > MAX_HEX_DIGITS || !endsNumber(text.charCodeAt(at))) return -1;
    this.high = high >>> 0;
    this.low = low >>> 0;
    return at;
  }

  #cellsEnd(text: string, start: number): number {
    let at = start;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === 0x3e) return at + 1;
      if (isSpaceUnit(unit)) {
        at++;
        continue;
      }
      at = numberEnd(text, at, unit);
      if (at < 0) return -1;
      this.cells++;
    }
  }
}

/** Past the plain number at `at`, which starts with `unit`; -1 if it is none. */
function numberEnd(text: string, start: number, first: number): number {
  let at = start;
  if (first === 0x30) {
    if ((text.charCodeAt(at + 1) | 0x20) !== 0x78) {
      return endsNumber(text.charCodeAt(at + 1)) ? at + 1 : -1;
    }
    at += 2;
    while (isHexUnit(text.charCodeAt(at))) at++;
    const digits = at - start - 2;
    if (digits === 0 || digits > MAX_HEX_DIGITS) return -1;
    return endsNumber(text.charCodeAt(at)) ? at : -1;
  }
  let unit = first;
  while (unit >= 0x30 && unit <= 0x39) unit = text.charCodeAt(++at);
  if (at === start || at - start > MAX_DECIMAL_DIGITS) return -1;
  return endsNumber(unit) ? at : -1;
}

const BITS = '/bits/';

/** The width that the `/bits/` at `at` gives; 0 if it is not written plainly, or is none. */
export function bitsAt(text: string, at: number): CellBits | 0 {
  if (!text.startsWith(BITS, at)) return 0;
  const digits = skipSpaces(text, at + BITS.length);
  if (text.charCodeAt(digits) === 0x38) return isBitsEnd(text, digits + 1) ? 8 : 0;
  const two = text.slice(digits, digits + 2);
  if ((two !== '16' && two !== '32' && two !== '64') || !isBitsEnd(text, digits + 2)) return 0;
  return two === '16' ? 16 : two === '32' ? 32 : 64;
}

/** What stands after the `/bits/` at `at`, which must be written plainly. */
export function afterBits(text: string, at: number): number {
  let end = skipSpaces(text, at + BITS.length);
  while (!endsBits(text.charCodeAt(end))) end++;
  return skipSpaces(text, end);
}

function isBitsEnd(text: string, at: number): boolean {
  return endsBits(text.charCodeAt(at));
}

function endsBits(unit: number): boolean {
  return unit === 0x3c || isSpaceUnit(unit);
}

function endsNumber(unit: number): boolean {
  return unit === 0x3e || isSpaceUnit(unit);
}

export function skipSpaces(text: string, start: number): number {
  let at = start;
  while (isSpaceUnit(text.charCodeAt(at))) at++;
  return at;
}

/** Past the quote that ends a string of printable ASCII on one line; -1 for any other. */
function plainStringEnd(text: string, start: number): number {
  for (let at = start; ; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at + 1;
    // The end of the text compares as false too.
    if (!(unit >= 0x20 && unit < 0x7f) || unit === 0x5c) return -1;
  }
}

function bytesEnd(text: string, start: number): number {
  let at = start;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5d) return at + 1;
    if (isSpaceUnit(unit)) {
      at++;
      continue;
    }
    if (!isHexUnit(unit) || !isHexUnit(text.charCodeAt(at + 1))) return -1;
    at += 2;
    // Digits before a colon are a label.
    if (text.charCodeAt(at) === 0x3a) return -1;
  }
}

/** The byte that two hexadecimal digits at `at` are. */
export function byteAt(text: string, at: number): number {
  return hexValue(text.charCodeAt(at)) * 16 + hexValue(text.charCodeAt(at + 1));
}
