import type { Span } from '../../fdt/index.ts';
import { noAttributes } from './attributes.ts';
import type { CType } from './ctype.ts';
import type { Declarations } from './declarations.ts';
import { evaluateNext, type Value } from './expression.ts';
import { INT, intOf } from './integers.ts';
import { isUnknown, unknown } from './known.ts';
import type { Token } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** A name of an enum. */
export interface EnumConstant {
  readonly name: string;
  readonly at: Span;
  readonly value: Value;
}

/** Takes an enum after its keyword. */
export function takeEnum(cursor: TokenCursor, keyword: Token, names: Declarations): CType {
  const attributes = noAttributes();
  names.attributes(cursor, attributes);
  const tag = cursor.peek()?.kind === 'name' ? cursor.take() : undefined;
  if (!cursor.is('{')) {
    const known = tag && names.enumTags.get(`enum ${tag.text}`);
    // An enum that is defined elsewhere has 4 bytes, unless a constant in it needs more.
    return known ?? unknown(`\`enum ${tag?.text ?? ''}\` is not defined here`, keyword.at);
  }
  const constants = takeConstants(cursor.skipGroup(), names);
  names.attributes(cursor, attributes);
  const type = attributes.unknown ?? typeOfEnum(constants, attributes.isPacked);
  if (tag !== undefined) names.enumTags.set(`enum ${tag.text}`, type);
  return type;
}

function takeConstants(body: TokenCursor, names: Declarations): readonly EnumConstant[] {
  const constants: EnumConstant[] = [];
  let next: Value = intOf(0n, INT);
  for (let token = body.take(); token !== undefined; token = body.take()) {
    if (token.kind !== 'name') continue;
    names.attributes(body, noAttributes());
    const value: Value = body.accept('=') ? evaluateNext(body, names) : next;
    const constant = { name: token.text, at: token.at, value };
    const isTwice = token.branch !== undefined && names.constants.has(token.text);
    const open = unknown(`${token.text} is defined in several ways`, token.at);
    names.constants.set(token.text, isTwice ? { ...constant, value: open } : constant);
    constants.push(constant);
    // After a constant that is under a condition, every count is open.
    const after = body.peek(1)?.branch !== token.branch ? token.branch : undefined;
    next = isUnknown(value)
      ? value
      : after === undefined
        ? intOf(value.value + 1n, value)
        : unknown(after.reason, after.at);
    while (body.peek() !== undefined && !body.accept(',')) body.take();
  }
  return constants;
}

/** The smallest of int, unsigned int and 64 bits that holds all; of bytes too if packed. */
function typeOfEnum(constants: readonly EnumConstant[], isPacked: boolean): CType {
  const open = constants.find(({ value }) => isUnknown(value));
  if (isPacked && open !== undefined && isUnknown(open.value)) return open.value;
  // The standard has constants fit an int: one that is not known here is taken to do so.
  const values = constants.flatMap(({ value }) => (isUnknown(value) ? [] : [value.value]));
  const least = values.reduce((a, b) => (b < a ? b : a), 0n);
  const most = values.reduce((a, b) => (b > a ? b : a), 0n);
  const isSigned = least < 0n;
  for (const bytes of isPacked ? [1, 2, 4] : [4]) {
    const bits = BigInt(bytes * 8) - (isSigned ? 1n : 0n);
    if (most < 1n << bits && least >= -(1n << bits)) return { kind: 'integer', bytes, isSigned };
  }
  return { kind: 'integer', bytes: 8, isSigned };
}
