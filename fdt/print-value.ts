// One value as DTS source, with comments that say what it means.
import type { ByteBuffer } from './byte-buffer.ts';
import { getUint } from './cells.ts';
import { PRINTED_UNITS_LIMIT } from './limits.ts';
import { printComment } from './print-comment.ts';
import { type ByteOrder, type CellBits, stringsOf } from './tree.ts';

/** How a value is to be written. A value that does not fit is written as bytes. */
export type PrintType = { readonly kind: 'strings' | 'bytes' | 'flag' } | CellsPrintType;

/** Comments are plain text here; what they must not hold is replaced when they are written. */
export interface CellsPrintType {
  readonly kind: 'cells';
  /** Widths of successive cells, repeated: a value is any number of such tuples. */
  readonly bits: readonly CellBits[];
  /** How many cells stand on a line; where widths differ, a tuple always begins a line. */
  readonly perLine?: number;
  /** A comment before the first cell: what the whole is, or the names of a tuple's cells. */
  readonly head?: string;
  /** Comments on cells, repeated as `bits` are; each cell stands on a line of its own then. */
  readonly cellNotes?: readonly string[];
  /** A comment behind the value. */
  readonly note?: string;
}

/** A value as it stands between `=` and `;`. */
export interface PrintedValue {
  readonly text: string;
  /** Comments that belong behind the semicolon. */
  readonly after: string;
}

/**
 * Writes `value`, which is not empty, as `type` says, or as bytes if it does not fit. `newLine` is
 * a line break with the indentation after it.
 */
export function printValue(
  value: Uint8Array,
  type: PrintType,
  order: ByteOrder,
  newLine: string,
): PrintedValue {
  return printTyped(value, type, order, newLine) ?? printBytes(value, newLine);
}

/** The longest line of cells or bytes that is written by default, in bytes of the value. */
const LINE_BYTES = 32;

/** Undefined if the value does not fit the type. */
function printTyped(
  value: Uint8Array,
  type: PrintType,
  order: ByteOrder,
  newLine: string,
): PrintedValue | undefined {
  switch (type.kind) {
    case 'strings':
      return value.at(-1) === 0 ? { text: printStrings(value), after: '' } : undefined;
    case 'cells':
      return printCells(value, type, order, newLine);
    case 'bytes':
    case 'flag':
      return undefined;
  }
}

const PLAIN_CELLS: PrintType = { kind: 'cells', bits: [32] };

/** Strings if they are readable, else cells of 32 bits, else bytes. */
export function guessType(value: Uint8Array): PrintType {
  // Zeros would be empty strings too; they are more likely a number.
  const strings = stringsOf(value);
  if (strings !== undefined && !strings.includes('')) return { kind: 'strings' };
  return value.length % 4 === 0 ? PLAIN_CELLS : { kind: 'bytes' };
}

function printStrings(value: Uint8Array): string {
  const plain = stringsOf(value);
  if (plain?.every(isPlain))
    return plain.length === 1 ? `"${plain[0]}"` : `"${plain.join('", "')}"`;
  const strings: string[] = [];
  let text = '';
  for (const byte of value) {
    if (byte === 0) {
      strings.push(`"${text}"`);
      text = '';
    } else text += printableByte(byte);
  }
  return strings.join(', ');
}

/** Nothing in it is written with a backslash. */
function isPlain(text: string): boolean {
  return !text.includes('"') && !text.includes('\\');
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** A byte as it is written inside a string. */
export function printableByte(byte: number): string {
  const known = ESCAPES[byte];
  if (known !== undefined) return known;
  if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/**
 * Runs of cells of one width, each in its own brackets. Undefined if the value ends inside a cell,
 * or if its text would be longer than all that is printed.
 */
function printCells(
  value: Uint8Array,
  { bits, perLine, head, cellNotes, note }: CellsPrintType,
  order: ByteOrder,
  newLine: string,
): PrintedValue | undefined {
  const isExplicit = bits.some((each) => each !== 32);
  const isMixed = bits.some((each) => each !== bits[0]);
  const comments = cellNotes?.map(printComment);
  const lines = new LineWriter(newLine);
  lines.add(printComment(head ?? ''));
  if (comments !== undefined) lines.end();
  let index = 0;
  let width: CellBits | undefined;
  let inLine = 0;
  for (let offset = 0; offset < value.length; index++) {
    const at = index % bits.length;
    const next = bits[at];
    if (next === undefined || offset + next / 8 > value.length) return undefined;
    if (lines.units > PRINTED_UNITS_LIMIT) return undefined;
    const beginsTuple = isMixed && at === 0;
    const opens = next !== width || comments !== undefined || beginsTuple;
    if (opens && index > 0) {
      lines.attach('>,');
      if (comments !== undefined) lines.add(comments[(index - 1) % bits.length] ?? '');
      if (comments !== undefined || (beginsTuple && perLine !== undefined)) lines.end();
    } else if (!opens && inLine >= Math.max(1, perLine ?? (LINE_BYTES * 8) / next)) {
      lines.end();
      inLine = 0;
    }
    const cell = hex(getUint(value, offset, next, order));
    lines.add(opens ? `${isExplicit ? `/bits/ ${next} ` : ''}<${cell}` : cell);
    inLine = opens ? 1 : inLine + 1;
    width = next;
    offset += next / 8;
  }
  lines.attach('>');
  const after = [comments?.[(index - 1) % bits.length] ?? '', printComment(note ?? '')];
  return { text: lines.text(), after: after.filter((each) => each !== '').join(' ') };
}

/** The longest value that is written by `printShortValue`. */
export const SHORT_BYTES: number = LINE_BYTES;

/**
 * Writes a value of no known type that is the first `length` of `bytes`; false, and nothing is
 * written, if it is neither cells nor text that stands as it is.
 */
export function printShortValue(
  bytes: Uint8Array,
  length: number,
  order: ByteOrder,
  out: ByteBuffer,
): boolean {
  const kind = textKind(bytes, length);
  if (kind === 'plain') {
    out.byte(0x22);
    for (let at = 0; at < length - 1; at++) {
      if (bytes[at] === 0) out.appendText('", "');
      else out.byte(bytes[at] as number);
    }
    out.byte(0x22);
    return true;
  }
  if (kind === 'escaped' || length % 4 !== 0) return false;
  printFewCells(bytes, length, order, out);
  return true;
}

/** Whether a value is strings, none of them empty, and can be written without a backslash. */
function textKind(bytes: Uint8Array, length: number): 'plain' | 'escaped' | 'none' {
  if (bytes[length - 1] !== 0 || bytes[0] === 0) return 'none';
  let isPlain = true;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] as number;
    if (byte === 0 ? bytes[at - 1] === 0 : byte < 0x20 || byte > 0x7e) return 'none';
    if (byte === 0x22 || byte === 0x5c) isPlain = false;
  }
  return isPlain ? 'plain' : 'escaped';
}

/** Cells of 32 bits on one line. */
function printFewCells(bytes: Uint8Array, length: number, order: ByteOrder, out: ByteBuffer): void {
  const [a, b, c, d] = order === 'big' ? [0, 1, 2, 3] : [3, 2, 1, 0];
  for (let at = 0; at < length; at += 4) {
    out.appendText(at === 0 ? '<0x' : ' 0x');
    const high = ((bytes[at + a] as number) << 8) | (bytes[at + b] as number);
    const low = ((bytes[at + c] as number) << 8) | (bytes[at + d] as number);
    out.hex(((high << 16) | low) >>> 0);
  }
  out.appendText('>');
}

function printBytes(value: Uint8Array, newLine: string): PrintedValue {
  const lines = new LineWriter(newLine);
  for (const [index, byte] of value.entries()) {
    if (index > 0 && index % LINE_BYTES === 0) lines.end();
    lines.add(byte.toString(16).padStart(2, '0'));
  }
  return { text: `[${lines.text()}]`, after: '' };
}

/** Words on lines; a line is one string as soon as it ends, since values may be of many cells. */
class LineWriter {
  readonly #newLine: string;
  readonly #lines: string[] = [];
  #words: string[] = [];
  units = 0;

  constructor(newLine: string) {
    this.#newLine = newLine;
  }

  add(word: string): void {
    if (word !== '') this.#words.push(word);
  }

  /** Adds to the last word. */
  attach(text: string): void {
    this.#words.push(`${this.#words.pop() ?? ''}${text}`);
  }

  end(): void {
    if (this.#words.length === 0) return;
    const line = this.#words.join(' ');
    this.units += line.length + this.#newLine.length;
    this.#lines.push(line);
    this.#words = [];
  }

  text(): string {
    this.end();
    return this.#lines.join(this.#newLine);
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
