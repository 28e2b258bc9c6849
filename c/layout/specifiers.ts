// Declaration specifiers: `static const unsigned long`, `struct x { … }`, `u64`.
import type { Attributes } from './attributes.ts';
import type { CType } from './ctype.ts';
import type { Declarations } from './declarations.ts';
import { takeDeclarator } from './declarator.ts';
import { unknown } from './known.ts';
import type { Token } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

export interface Specifiers {
  readonly type: CType;
  readonly isTypedef: boolean;
  /** A struct, union or enum with its body. */
  readonly hasBody: boolean;
  /** A name with arguments, which nothing here defines. */
  readonly isCall: boolean;
}

const IGNORED: ReadonlySet<string> = new Set([
  ...['static', 'extern', 'inline', '__inline', '__inline__', 'register', 'const', 'volatile'],
  ...['restrict', '__const', '__volatile__', '_Noreturn', '__extension__', '_Thread_local'],
  ...['__thread', '_Atomic'],
]);

const WORDS: ReadonlySet<string> = new Set([
  ...['void', 'char', 'short', 'int', 'long', 'float', 'double', 'signed', '__signed__'],
  ...['unsigned', '__int128', '_Complex'],
]);

/** Takes specifiers; attributes among them go into `attributes`. */
export function takeSpecifiers(
  cursor: TokenCursor,
  names: Declarations,
  attributes: Attributes,
  depth: number,
): Specifiers {
  const words: string[] = [];
  let type: CType | undefined;
  let isTypedef = false;
  let hasBody = false;
  let isCall = false;
  const done = (): Specifiers => ({
    type: type ?? typeOfWords(words, cursor),
    isTypedef,
    hasBody,
    isCall,
  });
  for (;;) {
    names.attributes(cursor, attributes);
    const token = cursor.peek();
    if (token?.kind !== 'name') return done();
    const { text } = token;
    const hasType = type !== undefined || words.length > 0;
    if (text === 'typedef') isTypedef = true;
    else if (WORDS.has(text)) words.push(text);
    else if (text === 'struct' || text === 'union' || text === 'enum') {
      if (hasType) return done();
      cursor.take();
      const before = names.records.length;
      type =
        text === 'enum' ? names.enumeration(cursor, token) : names.record(cursor, token, depth);
      // Records are listed when their body ends.
      hasBody = type.kind === 'record' && names.records.indexOf(type.record, before) >= 0;
      continue;
    } else if (text === 'typeof' || text === '__typeof__') {
      cursor.take();
      type = takeTypeof(cursor, token, names);
      continue;
    } else if (!IGNORED.has(text)) {
      if (hasType) return done();
      cursor.take();
      type = names.typeOf(text);
      if (type !== undefined) continue;
      isCall = cursor.is('(');
      if (isCall) cursor.skipGroup();
      const next = cursor.peek();
      const isAnnotation = next?.kind === 'name' && names.startsType(next) && !next.isFirst;
      if (isAnnotation) attributes.unknown = unknown(`\`${text}\` is not known here`, token.at);
      else
        type = isCall
          ? unknown(`\`${text}()\` is not known here`, token.at)
          : unknown(`the type \`${text}\` is not defined here`, token.at);
      continue;
    }
    cursor.take();
  }
}

function takeTypeof(cursor: TokenCursor, token: Token, names: Declarations): CType {
  if (!cursor.is('(')) return unknown('`typeof` without its operand', token.at);
  const group = cursor.skipGroup();
  const first = group.peek();
  if (first === undefined || !names.startsType(first))
    return unknown('the type of an expression is not computed', token.at);
  const attributes: Attributes = { isPacked: false };
  const { type } = takeSpecifiers(group, names, attributes, 0);
  return attributes.unknown ?? takeDeclarator(group, attributes, names).typeFrom(type);
}

function typeOfWords(words: readonly string[], cursor: TokenCursor): CType {
  const has = (word: string): boolean => words.includes(word);
  const longs = words.filter((word) => word === 'long').length;
  if (words.length === 0) return unknown('a declaration without a type', cursor.at);
  if (has('_Complex')) return unknown('a complex number', cursor.at);
  if (has('void')) return { kind: 'void' };
  if (has('float')) return { kind: 'float', bytes: 4, alignBytes: 4 };
  if (has('double')) {
    const bytes = longs > 0 ? 16 : 8;
    return { kind: 'float', bytes, alignBytes: bytes };
  }
  const isSigned = !has('unsigned');
  if (has('char')) return { kind: 'integer', bytes: 1, isSigned, what: 'char' };
  const bytes = has('__int128') ? 16 : has('short') ? 2 : longs > 0 ? 8 : 4;
  return { kind: 'integer', bytes, isSigned };
}
