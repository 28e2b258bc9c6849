import { type CInt, INT, intOf } from './integers.ts';
import { type Unknown, unknown } from './known.ts';
import type { Token } from './token.ts';

/** The value of an integer literal, in the first type of C's that holds it. */
export function numberValue({ text, at }: Token): CInt | Unknown {
  const match = /^(0[xX][\da-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)([uUlL]*)$/.exec(text);
  if (match?.[1] === undefined) return unknown(`\`${text}\` is no integer`, at);
  const digits = match[1];
  const suffix = (match[2] ?? '').toLowerCase();
  const isOctal = /^0\d/.test(digits);
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  const isDecimal = /^[1-9]/.test(digits);
  const fits = (bits: number): boolean => value < 1n << BigInt(bits);
  const mayBeUnsigned = suffix.includes('u') || !isDecimal;
  const mayBeSigned = !suffix.includes('u');
  const widths = suffix.includes('l') ? [64] : [32, 64];
  for (const bits of widths) {
    if (mayBeSigned && fits(bits - 1)) return intOf(value, { bits, isUnsigned: false });
    if (mayBeUnsigned && fits(bits)) return intOf(value, { bits, isUnsigned: true });
  }
  return unknown(`${text} is more than 64 bits hold`, at);
}

/** The value of a character literal of one character. */
export function charValue({ text, at }: Token): CInt | Unknown {
  const inner = text.replace(/^[uUL]?'|'$/g, '');
  const escaped = /^\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|([\s\S]))$/.exec(inner);
  if (escaped !== null) {
    const [, octal, hex, plain = ''] = escaped;
    const code =
      octal !== undefined
        ? Number.parseInt(octal, 8)
        : hex !== undefined
          ? Number.parseInt(hex, 16)
          : (ESCAPES[plain] ?? plain.charCodeAt(0));
    // char is signed on x86-64; arm64 differs for codes that nobody writes.
    return intOf(BigInt.asIntN(8, BigInt(code)), INT);
  }
  if (inner.length === 1 && inner.charCodeAt(0) < 0x80)
    return intOf(BigInt(inner.charCodeAt(0)), INT);
  return unknown(`${text} is not one character`, at);
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
};
