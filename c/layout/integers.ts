// Integers as C computes with them on LP64: 32 or 64 bits, signed or not.
import { isUnknown, type Unknown, unknown } from './known.ts';
import type { Token } from './token.ts';

export interface CInt {
  readonly value: bigint;
  /** 32 or 64; a cast may leave fewer for a moment. */
  readonly bits: number;
  readonly isUnsigned: boolean;
}

type CIntType = Omit<CInt, 'value'>;

export const INT: CIntType = { bits: 32, isUnsigned: false };
/** The type of `sizeof`. */
export const SIZE: CIntType = { bits: 64, isUnsigned: true };

/** `value`, cut to the width of the type. */
export function intOf(value: bigint, { bits, isUnsigned }: CIntType): CInt {
  const cut = isUnsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  return { value: cut, bits, isUnsigned };
}

export function converted(value: CInt, bits: number, isUnsigned: boolean): CInt {
  return intOf(value.value, { bits, isUnsigned });
}

/** The operators `+ - ~ !` before an operand. */
export function unary(operator: string, operand: CInt | Unknown): CInt | Unknown {
  if (isUnknown(operand)) return operand;
  if (operator === '!') return intOf(operand.value === 0n ? 1n : 0n, INT);
  if (operator === '-') return intOf(-operand.value, operand);
  return operator === '~' ? intOf(~operand.value, operand) : operand;
}

/** Operators between two operands, but for `&&` and `||`. */
export function binary(operator: Token, left: CInt, right: CInt): CInt | Unknown {
  const { text, at } = operator;
  if (text === '<<' || text === '>>') {
    if (right.value < 0n || right.value >= BigInt(left.bits))
      return unknown('a shift by more bits than there are', at);
    const shifted = text === '<<' ? left.value << right.value : left.value >> right.value;
    return intOf(shifted, left);
  }
  // The wider of both, unsigned if that is.
  const bits = Math.max(left.bits, right.bits);
  const isUnsigned =
    (left.isUnsigned && left.bits === bits) || (right.isUnsigned && right.bits === bits);
  const a = converted(left, bits, isUnsigned).value;
  const b = converted(right, bits, isUnsigned).value;
  const compare = COMPARISONS[text];
  if (compare !== undefined) return intOf(compare(a, b) ? 1n : 0n, INT);
  if ((text === '/' || text === '%') && b === 0n) return unknown('a division by zero', at);
  const compute = ARITHMETIC[text];
  if (compute === undefined) return unknown(`\`${text}\` is not an operator of constants`, at);
  return intOf(compute(a, b), { bits, isUnsigned });
}

const COMPARISONS: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

const ARITHMETIC: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
};
