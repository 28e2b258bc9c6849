// Declarators: what is written around a declared name, `*name[4]`.

import { type Attributes, noAttributes, takeAttributes } from './attributes.ts';
import type { CType } from './ctype.ts';
import { type ExpressionScope, evaluateNext } from './expression.ts';
import { isUnknown, type Size, unknown } from './known.ts';
import type { Token } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

export interface Declarator {
  /** Undefined in a type name, and for bit fields without one. */
  readonly name: Token | undefined;
  /** The type that the name has if the specifiers say `base`. */
  readonly typeFrom: (base: CType) => CType;
  /** The name is all there is. */
  readonly isPlain: boolean;
}

/** Parentheses within each other. */
const MAX_DEPTH = 64;

const QUALIFIERS: ReadonlySet<string> = new Set([
  ...['const', 'volatile', 'restrict', '__restrict', '__restrict__', '__const', '__volatile__'],
  '_Atomic',
]);

/** Takes a declarator; attributes of what is declared go into `attributes`. */
export function takeDeclarator(
  cursor: TokenCursor,
  attributes: Attributes,
  scope: ExpressionScope,
  depth = 0,
): Declarator {
  let pointers = 0;
  takeAttributes(cursor, attributes, scope);
  for (;;) {
    if (cursor.accept('*')) pointers++;
    else if (QUALIFIERS.has(cursor.peek()?.text ?? '')) cursor.take();
    else break;
    // Attributes of a pointer; of the layout they say nothing.
    takeAttributes(cursor, pointers > 0 ? noAttributes() : attributes, scope);
  }
  let name: Token | undefined;
  let inner: Declarator | undefined;
  if (cursor.is('(') && isNested(cursor) && depth < MAX_DEPTH) {
    inner = takeDeclarator(cursor.skipGroup(), attributes, scope, depth + 1);
    name = inner.name;
  } else if (cursor.peek()?.kind === 'name') name = cursor.take();
  const suffixes = takeSuffixes(cursor, scope);
  takeAttributes(cursor, attributes, scope);
  const typeFrom = (base: CType): CType => {
    let type = base;
    for (let i = 0; i < pointers; i++) type = { kind: 'pointer', to: type };
    for (const suffix of suffixes.toReversed()) type = suffix(type);
    return inner === undefined ? type : inner.typeFrom(type);
  };
  return {
    name,
    typeFrom,
    isPlain: pointers === 0 && suffixes.length === 0 && inner === undefined,
  };
}

/** `(` begins a declarator in parentheses, and not the parameters of a function without a name. */
function isNested(cursor: TokenCursor): boolean {
  const next = cursor.peek(1);
  return next?.text === '*' || next?.text === '(' || next?.text === '__attribute__';
}

function takeSuffixes(cursor: TokenCursor, scope: ExpressionScope): ((type: CType) => CType)[] {
  const suffixes: ((type: CType) => CType)[] = [];
  for (;;) {
    if (cursor.is('[')) {
      const count = countIn(cursor.skipGroup(), scope);
      suffixes.push((of) => ({ kind: 'array', of, count }));
    } else if (cursor.is('(')) {
      cursor.skipGroup();
      suffixes.push(() => ({ kind: 'function' }));
    } else return suffixes;
  }
}

/** Elements that `[…]` says; undefined for `[]`. */
function countIn(group: TokenCursor, scope: ExpressionScope): Size | undefined {
  const first = group.peek();
  if (first === undefined) return undefined;
  const value = evaluateNext(group, scope);
  if (isUnknown(value)) return value;
  const rest = group.peek();
  if (rest !== undefined)
    return unknown(`\`${rest.text}\` is not expected in the size of an array`, rest.at);
  if (value.value < 0n) return unknown(`an array of ${value.value} elements`, first.at);
  const count = Number(value.value);
  return Number.isSafeInteger(count) ? count : unknown('an array larger than any memory', first.at);
}
