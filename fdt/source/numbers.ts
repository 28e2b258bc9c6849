// Integer and character literals.
import type { IssueList } from '../issue-list.ts';
import { hexValue, isDigitUnit, isHexUnit, isLabelStart, isLabelUnit } from './characters.ts';
import type { Scanner } from './scanner.ts';

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
/** Up to this many digits a number is exact as a double, in any base. */
const EXACT_DIGITS = 13;

/** Reads the integer at the scanner, which must be at a digit; the value is 64 bits, unsigned. */
export function scanInteger(scanner: Scanner, issues: IssueList): bigint {
  const { text, offset: start } = scanner;
  let at = start;
  let value = 0;
  const isHex =
    text.charCodeAt(at) === 0x30 &&
    (text.charCodeAt(at + 1) | 0x20) === 0x78 &&
    isHexUnit(text.charCodeAt(at + 2));
  if (isHex) at += 2;
  const base = isHex ? 16 : 10;
  for (let unit = text.charCodeAt(at); isHex ? isHexUnit(unit) : isDigitUnit(unit); ) {
    value = value * base + hexValue(unit);
    unit = text.charCodeAt(++at);
  }
  const digitsEnd = at;
  at = suffixEnd(text, at);
  scanner.offset = at;
  if (isLabelUnit(text.charCodeAt(at))) {
    const wordEnd = scanner.labelEnd(at);
    // A label may follow without a space.
    const isLabel = isLabelStart(text.charCodeAt(at)) && text.charCodeAt(wordEnd) === 0x3a;
    if (isLabel) return integerOf(scanner, start, digitsEnd, value, issues);
    scanner.offset = wordEnd;
    const word = text.slice(start, wordEnd);
    issues.error('bad-literal', scanner.span(start), `'${word}' is not a number`);
    return 0n;
  }
  return integerOf(scanner, start, digitsEnd, value, issues);
}

/** `value` is what the digits are as decimal or hexadecimal, where a double can hold it. */
function integerOf(
  scanner: Scanner,
  start: number,
  end: number,
  value: number,
  issues: IssueList,
): bigint {
  const { text } = scanner;
  const startsOctal = text.charCodeAt(start) === 0x30 && end > start + 1;
  const isOctal = startsOctal && isDigitUnit(text.charCodeAt(start + 1));
  if (!isOctal && end - start <= EXACT_DIGITS) return BigInt(value);
  return longInteger(scanner, start, text.slice(start, end), isOctal, issues);
}

function longInteger(
  scanner: Scanner,
  start: number,
  digits: string,
  isOctal: boolean,
  issues: IssueList,
): bigint {
  if (isOctal && /[89]/.test(digits)) {
    const help = 'a leading 0 makes it octal';
    issues.error('bad-literal', scanner.span(start), `'${digits}' is not a number`, help);
    return 0n;
  }
  const significant = digits.replace(/^0+(?=.)/, '');
  // Bounds the cost of a hostile literal: no 64-bit number has more than 22 octal digits.
  const value = significant.length > 24 ? MAX_U64 + 1n : BigInt(isOctal ? `0o${digits}` : digits);
  if (value <= MAX_U64) return value;
  issues.error('bad-literal', scanner.span(start), `'${digits}' does not fit 64 bits`);
  return MAX_U64;
}

/** Reads the character literal at the scanner, which must be at a single quote. */
export function scanCharacter(scanner: Scanner, issues: IssueList): bigint {
  const start = scanner.offset;
  const scanned = scanner.literal(issues);
  scanner.offset = scanned.end;
  const length = scanned.bytes?.length ?? scanned.text.length;
  if (length !== 1 && scanned.isClosed) {
    const message = `a character literal must be one byte and this is ${length}`;
    issues.error('bad-literal', scanner.span(start), message);
  }
  if (length === 0) return 0n;
  return BigInt(scanned.bytes?.[0] ?? scanned.text.charCodeAt(0));
}

/** Past `U`, `L`, `UL`, `LL` or `ULL`. */
function suffixEnd(text: string, offset: number): number {
  let at = offset;
  if (text[at] === 'U') at++;
  if (text[at] === 'L') at++;
  if (text[at] === 'L' && at > offset) at++;
  return at;
}
