// Integer constant expressions, with C's types: what is written as an array size, in an enum, in
// an #if.
import type { Span } from '../../fdt/index.ts';
import { binary, type CInt, converted, INT, intOf, SIZE, unary } from './integers.ts';
import { isUnknown, type Unknown, unknown } from './known.ts';
import { charValue, numberValue } from './literals.ts';
import type { Token } from './token.ts';
import { TokenCursor } from './token-cursor.ts';

/** What an expression can ask of the text around it; an `#if` has none of it. */
export interface ExpressionScope {
  /** The value of an enum constant; undefined for a name that is none. */
  constant(name: Token): CInt | Unknown | undefined;
  /** If a type name follows, takes it: its size in bytes, and how a cast to it converts. */
  typeName(cursor: TokenCursor): TypeOperand | undefined;
  /** `offsetof()` and `sizeof_field()` of a type name that has been taken. */
  member(type: TypeOperand, path: readonly Token[], what: 'offset' | 'size'): CInt | Unknown;
}

/** A type as an operand. */
export interface TypeOperand {
  readonly size: number | Unknown;
  readonly alignment: number | Unknown;
  /** Undefined where it is no integer. */
  readonly integer?: {
    readonly bits: number;
    readonly isUnsigned: boolean;
    readonly isBool: boolean;
  };
  /** The type, for whoever made the operand. */
  readonly type?: unknown;
}

export type Value = CInt | Unknown;

/** Parentheses, casts and operators within each other. */
const MAX_DEPTH = 200;

/** The value of an expression that is all of `tokens`; `at` is the place if there is none. */
export function evaluate(tokens: readonly Token[], at: Span, scope?: ExpressionScope): Value {
  const cursor = new TokenCursor(tokens, at);
  const value = evaluateNext(cursor, scope);
  if (cursor.peek() === undefined || isUnknown(value)) return value;
  return unknown(`\`${cursor.peek()?.text}\` is not expected in a constant`, cursor.at);
}

/** Takes one expression, up to a comma or a closing bracket. */
export function evaluateNext(cursor: TokenCursor, scope?: ExpressionScope): Value {
  return new Evaluator(cursor, scope).conditional(0);
}

const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

class Evaluator {
  readonly #cursor: TokenCursor;
  readonly #scope: ExpressionScope | undefined;

  constructor(cursor: TokenCursor, scope: ExpressionScope | undefined) {
    this.#cursor = cursor;
    this.#scope = scope;
  }

  conditional(depth: number): Value {
    const condition = this.#operators(0, depth);
    if (!this.#cursor.accept('?')) return condition;
    if (depth > MAX_DEPTH) return this.#tooDeep();
    const yes = this.#cursor.is(':') ? condition : this.conditional(depth + 1);
    if (!this.#cursor.accept(':')) return this.#unexpected();
    const no = this.conditional(depth + 1);
    if (isUnknown(condition)) return condition;
    const taken = condition.value !== 0n ? yes : no;
    // The result has the type of both: an unsigned one if either is.
    const other = taken === yes ? no : yes;
    if (isUnknown(taken) || isUnknown(other)) return taken;
    return converted(taken, Math.max(taken.bits, other.bits), taken.isUnsigned || other.isUnsigned);
  }

  #operators(minimum: number, depth: number): Value {
    let left = this.#unary(depth);
    for (;;) {
      const operator = this.#cursor.peek();
      const precedence = PRECEDENCE[operator?.text ?? ''];
      if (operator === undefined || precedence === undefined || precedence <= minimum) return left;
      if (depth > MAX_DEPTH) return this.#tooDeep();
      this.#cursor.take();
      left = combine(operator, left, this.#operators(precedence, depth + 1));
    }
  }

  #unary(depth: number): Value {
    if (depth > MAX_DEPTH) return this.#tooDeep();
    const token = this.#cursor.take();
    if (token === undefined) return this.#unexpected();
    switch (token.text) {
      case '+':
      case '-':
      case '~':
      case '!':
        return unary(token.text, this.#unary(depth + 1));
      case '(':
        return this.#parenthesized(depth);
      case 'sizeof':
        return this.#sizeOf(depth);
      case '_Alignof':
      case '__alignof__':
        return this.#alignOf();
      case '__extension__':
        return this.#unary(depth + 1);
    }
    if (token.kind === 'number') return numberValue(token);
    if (token.kind === 'char') return charValue(token);
    return token.kind === 'name' ? this.#name(token, depth) : this.#unexpected(token);
  }

  #parenthesized(depth: number): Value {
    const type = this.#scope?.typeName(this.#cursor);
    if (type !== undefined) {
      if (!this.#cursor.accept(')')) return this.#unexpected();
      if (this.#cursor.is('{')) return this.#unexpected();
      return cast(this.#unary(depth + 1), type, this.#cursor.at);
    }
    const value = this.conditional(depth + 1);
    return this.#cursor.accept(')') ? value : this.#unexpected();
  }

  #sizeOf(depth: number): Value {
    const cursor = this.#cursor;
    const next = cursor.peek();
    if (next?.text === '(') {
      const text = stringsIn(cursor, 1);
      if (text !== undefined && cursor.peek(1 + text.count)?.text === ')') {
        cursor.skip(text.count + 2);
        return sizeValue(text.bytes);
      }
      cursor.take();
      const type = this.#scope?.typeName(cursor);
      if (type !== undefined) return cursor.accept(')') ? sizeValue(type.size) : this.#unexpected();
      const value = this.conditional(depth + 1);
      if (!cursor.accept(')')) return this.#unexpected();
      return isUnknown(value) ? value : sizeValue(value.bits / 8);
    }
    const text = stringsIn(cursor, 0);
    if (text !== undefined) {
      cursor.skip(text.count);
      return sizeValue(text.bytes);
    }
    const value = this.#unary(depth + 1);
    return isUnknown(value) ? value : sizeValue(value.bits / 8);
  }

  #alignOf(): Value {
    if (!this.#cursor.accept('(')) return this.#unexpected();
    const type = this.#scope?.typeName(this.#cursor);
    if (type === undefined || !this.#cursor.accept(')')) return this.#unexpected();
    return sizeValue(type.alignment);
  }

  #name(token: Token, depth: number): Value {
    const { text } = token;
    if (text === 'true' || text === 'false') return intOf(text === 'true' ? 1n : 0n, INT);
    const constant = this.#scope?.constant(token);
    if (constant !== undefined) return constant;
    if (!this.#cursor.is('('))
      return unknown(`the value of \`${text}\` is not known here`, token.at);
    if (MEMBER_CALLS.has(text)) return this.#memberCall(token);
    const call = CALLS[text];
    if (call === undefined) {
      this.#cursor.skipGroup();
      return unknown(`what \`${text}()\` gives is not known here`, token.at);
    }
    this.#cursor.take();
    const values: CInt[] = [];
    do {
      const value = this.conditional(depth + 1);
      if (isUnknown(value)) return value;
      values.push(value);
    } while (this.#cursor.accept(','));
    if (!this.#cursor.accept(')')) return this.#unexpected();
    return call(values) ?? unknown(`\`${text}()\` has no value for this`, token.at);
  }

  #memberCall(token: Token): Value {
    const cursor = this.#cursor;
    cursor.take();
    const type = this.#scope?.typeName(cursor);
    if (type === undefined || !cursor.accept(',')) return this.#unexpected();
    const path: Token[] = [];
    for (let next = cursor.take(); next !== undefined; next = cursor.take()) {
      if (next.text === ')') {
        const what = token.text.includes('offset') ? 'offset' : 'size';
        return this.#scope?.member(type, path, what) ?? this.#unexpected(token);
      }
      if (next.text !== '.') path.push(next);
    }
    return this.#unexpected();
  }

  #unexpected(token = this.#cursor.peek()): Unknown {
    const what = token === undefined ? 'the end of the expression' : `\`${token.text}\``;
    return unknown(`${what} is not expected in a constant`, token?.at ?? this.#cursor.at);
  }

  #tooDeep(): Unknown {
    return unknown(`the expression is nested deeper than ${MAX_DEPTH} levels`, this.#cursor.at);
  }
}

const MEMBER_CALLS: ReadonlySet<string> = new Set([
  'offsetof',
  '__builtin_offsetof',
  'sizeof_field',
  'FIELD_SIZEOF',
]);

/** Functions that the compiler computes: logarithms of what is a constant. */
const CALLS: Readonly<Record<string, (values: readonly CInt[]) => CInt | undefined>> = {
  ilog2: ([n]) => log2(n),
  const_ilog2: ([n]) => log2(n),
  __ilog2_u32: ([n]) => log2(n),
  __ilog2_u64: ([n]) => log2(n),
  order_base_2: ([n]) => (n === undefined || n.value < 1n ? undefined : logUp(n)),
  roundup_pow_of_two: ([n]) => powerOf(n === undefined ? undefined : logUp(n)),
  rounddown_pow_of_two: ([n]) => powerOf(log2(n)),
  max: (values) => extreme(values, (left, right) => left > right),
  MAX: (values) => extreme(values, (left, right) => left > right),
  min: (values) => extreme(values, (left, right) => left < right),
  MIN: (values) => extreme(values, (left, right) => left < right),
  __builtin_constant_p: () => intOf(1n, INT),
};

function log2(n: CInt | undefined): CInt | undefined {
  return n === undefined || n.value < 1n
    ? undefined
    : intOf(BigInt(n.value.toString(2).length - 1), INT);
}

function logUp({ value }: CInt): CInt {
  return intOf(value <= 1n ? 0n : BigInt((value - 1n).toString(2).length), INT);
}

function powerOf(log: CInt | undefined): CInt | undefined {
  return log === undefined ? undefined : intOf(1n << log.value, SIZE);
}

function extreme(
  values: readonly CInt[],
  isBetter: (left: bigint, right: bigint) => boolean,
): CInt | undefined {
  const [first, ...rest] = values;
  if (first === undefined) return undefined;
  return rest.reduce((best, each) => (isBetter(each.value, best.value) ? each : best), first);
}

function combine(operator: Token, left: Value, right: Value): Value {
  const isOr = operator.text === '||';
  if (isOr || operator.text === '&&') {
    // Whatever the other is, one of them may settle it.
    const settles = (value: Value): boolean => !isUnknown(value) && (value.value !== 0n) === isOr;
    if (settles(left) || settles(right)) return intOf(isOr ? 1n : 0n, INT);
    if (isUnknown(left)) return left;
    return isUnknown(right) ? right : intOf(isOr ? 0n : 1n, INT);
  }
  if (isUnknown(left)) return left;
  if (isUnknown(right)) return right;
  return binary(operator, left, right);
}

function cast(value: Value, { integer }: TypeOperand, at: Span): Value {
  if (isUnknown(value)) return value;
  if (integer === undefined) return unknown('a cast to what is no integer', at);
  if (integer.isBool) return intOf(value.value === 0n ? 0n : 1n, INT);
  // What is narrower than int is computed as int, after it was cut.
  const cut = converted(value, integer.bits, integer.isUnsigned);
  return integer.bits >= 32 ? cut : { ...cut, bits: 32, isUnsigned: false };
}

function sizeValue(size: number | Unknown): Value {
  return isUnknown(size) ? size : intOf(BigInt(size), SIZE);
}

/** String literals at `from`, which are one: bytes with the NUL. */
function stringsIn(
  cursor: TokenCursor,
  from: number,
): { readonly count: number; readonly bytes: number } | undefined {
  let count = 0;
  let bytes = 1;
  for (;;) {
    const token = cursor.peek(from + count);
    if (token?.kind !== 'string' || !token.text.startsWith('"')) break;
    bytes += bytesOfString(token.text);
    count++;
  }
  return count === 0 ? undefined : { count, bytes };
}

function bytesOfString(text: string): number {
  const inner = text.replace(/^"|"$/g, '');
  // An escape is one byte; a character beyond ASCII is as many as UTF-8 takes.
  const plain = inner.replace(/\\(?:[0-7]{1,3}|x[0-9a-fA-F]+|[\s\S])/g, '.');
  let bytes = 0;
  for (const character of plain) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
