// String and character literals.
import type { IssueList } from '../issue-list.ts';
import type { SourceFile } from '../text.ts';
import { hexValue, isHexUnit, isLabelUnit, isSpaceUnit } from './characters.ts';

export interface ScannedString {
  /** Past the closing quote. */
  readonly end: number;
  /** The contents with escapes resolved. */
  readonly text: string;
  /** The bytes where they are not just the ASCII characters of `text`. */
  readonly bytes: Uint8Array | undefined;
  readonly isClosed: boolean;
}

/**
 * Reads the literal that starts with the quote at `start` and ends with the same quote. A string
 * may go on over several lines; one that is not closed ends with its first line.
 */
export function scanString(
  source: SourceFile,
  text: string,
  start: number,
  issues: IssueList | undefined,
): ScannedString {
  const quote = text.charCodeAt(start);
  let firstLineEnd = -1;
  let isPlain = true;
  let at = start + 1;
  for (; ; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) break;
    if (unit === 0x5c) {
      isPlain = false;
      at++;
    } else if (unit === 0x0a) {
      if (firstLineEnd < 0) firstLineEnd = at;
    } else if (unit > 0x7f) isPlain = false;
    else if (Number.isNaN(unit)) break;
  }
  const isClosed = at < text.length && (firstLineEnd < 0 || isPlausibleAfter(text, at + 1));
  if (!isClosed) {
    at = firstLineEnd < 0 ? text.length : firstLineEnd;
    if (text.charCodeAt(at - 1) === 0x0d) at--;
    // A semicolon that ends the line is more likely the property's than the string's.
    if (text.charCodeAt(at - 1) === 0x3b && at - 1 > start) at--;
    const span = { source, start, end: at };
    const help = `add the closing ${String.fromCharCode(quote)}`;
    issues?.error('bad-literal', span, 'the literal is not closed', help);
  }
  const end = isClosed ? at + 1 : at;
  if (isPlain) return { end, text: text.slice(start + 1, at), bytes: undefined, isClosed };
  const bytes = decode(source, start + 1, Math.max(start + 1, at), issues);
  return { end, text: displayText(bytes), bytes, isClosed };
}

/** UTF-8, or one byte a code unit for a file that is not UTF-8. */
export function encodeText(source: SourceFile, text: string): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) i = pushCharacter(source, text, i, bytes);
  return Uint8Array.from(bytes);
}

/** What no file can be called is not asked of a host. */
export function isFileName(name: string): boolean {
  return name !== '' && !name.includes('\0');
}

/** What may follow a string; tells one of several lines from one that was never closed. */
function isPlausibleAfter(text: string, offset: number): boolean {
  let at = offset;
  while (isSpaceUnit(text.charCodeAt(at))) at++;
  if (at >= text.length) return true;
  if (',;)>/'.includes(text[at] as string)) return true;
  while (isLabelUnit(text.charCodeAt(at))) at++;
  return text[at] === ':';
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
};

function decode(
  source: SourceFile,
  start: number,
  end: number,
  issues: IssueList | undefined,
): Uint8Array {
  const bytes: number[] = [];
  const { text } = source;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x5c) at = pushCharacter(source, text, at, bytes);
    else at = pushEscape(source, at, end, bytes, issues);
  }
  return Uint8Array.from(bytes);
}

/** Appends the character at `at` and returns the offset of its last code unit. */
function pushCharacter(source: SourceFile, text: string, at: number, bytes: number[]): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x80 || source.isLatin1 === true) {
    bytes.push(unit & 0xff);
    return at;
  }
  const point = text.codePointAt(at) as number;
  if (point < 0x800) {
    bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    return at;
  }
  if (point >= 0x10000) {
    bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f));
    bytes.push(0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    return at + 1;
  }
  // Half of a surrogate pair has no encoding of its own.
  const known = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
  bytes.push(0xe0 | (known >> 12), 0x80 | ((known >> 6) & 0x3f), 0x80 | (known & 0x3f));
  return at;
}

/** Appends what the backslash at `at` stands for and returns the offset of its last code unit. */
function pushEscape(
  source: SourceFile,
  at: number,
  end: number,
  bytes: number[],
  issues: IssueList | undefined,
): number {
  const { text } = source;
  const unit = text.charCodeAt(at + 1);
  const simple = SIMPLE_ESCAPES[text[at + 1] ?? ''];
  if (at + 1 >= end || unit === 0x0a) {
    issues?.error('bad-literal', { source, start: at, end: at + 1 }, 'a backslash ends the line');
    return at;
  }
  if (simple !== undefined) {
    bytes.push(simple);
    return at + 1;
  }
  let last = at + 1;
  let value = 0;
  if (unit === 0x78) {
    while (last < at + 3 && last + 1 < end && isHexUnit(text.charCodeAt(last + 1))) {
      value = value * 16 + hexValue(text.charCodeAt(++last));
    }
    if (last === at + 1) {
      const span = { source, start: at, end: at + 2 };
      issues?.error('bad-literal', span, '\\x must be followed by hexadecimal digits');
    }
  } else if (isOctal(unit)) {
    last = at;
    while (last < at + 3 && last + 1 < end && isOctal(text.charCodeAt(last + 1))) {
      value = value * 8 + (text.charCodeAt(++last) - 0x30);
    }
  } else return pushCharacter(source, text, at + 1, bytes);
  bytes.push(value & 0xff);
  return last;
}

function isOctal(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x37;
}

/** For people: bytes above 0x7f as characters of the same number. */
function displayText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
