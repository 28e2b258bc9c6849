// Declarations: which structs, unions, enums and typedefs a text has.
import type { Span } from '../../fdt/index.ts';
import { type Attributes, noAttributes, takeAttributes } from './attributes.ts';
import { alignOf, type CType, plainType, type Record, sizeOf } from './ctype.ts';
import { takeDeclarator } from './declarator.ts';
import { type EnumConstant, takeEnum } from './enums.ts';
import type { ExpressionScope, TypeOperand, Value } from './expression.ts';
import { intOf, SIZE } from './integers.ts';
import { isUnknown, unknown } from './known.ts';
import { KNOWN_TYPES } from './known-types.ts';
import type { Macro } from './macros.ts';
import { memberAt } from './members.ts';
import type { Preprocessed } from './preprocess.ts';
import { takeRecord } from './records.ts';
import { takeSpecifiers } from './specifiers.ts';
import type { Token } from './token.ts';
import { STARTS, type TokenCursor } from './token-cursor.ts';

/** A type that a typedef named. */
export interface Typedef {
  readonly name: string;
  readonly at: Span;
  readonly type: CType;
}

/** The names of a text as they are known so far, and how what follows is read with them. */
export class Declarations implements ExpressionScope {
  /** Every record with a body, in the order of their closing braces. */
  readonly records: Record[] = [];
  readonly typedefs: Map<string, Typedef> = new Map();
  readonly constants: Map<string, EnumConstant> = new Map();
  /** By `struct name` and `union name`. */
  readonly tags: Map<string, Record> = new Map();
  readonly enumTags: Map<string, CType> = new Map();
  readonly #uncertain: ReadonlyMap<string, Macro>;
  readonly #packed: readonly number[];

  /** `uncertain`: macros whose value is open, and why; `packed` as the preprocessor says it. */
  constructor({ uncertain, packed }: Pick<Preprocessed, 'uncertain' | 'packed'>) {
    this.#uncertain = uncertain;
    this.#packed = packed;
  }

  /** Whether `#pragma pack` is in force at a token. */
  isPackedAt(index: number): boolean {
    const before = this.#packed.findLastIndex((each) => each <= index);
    return before >= 0 && before % 2 === 0;
  }

  /** Reads a whole text. What is no declaration is passed over. */
  read(cursor: TokenCursor): void {
    while (cursor.peek() !== undefined) {
      const start = cursor.index;
      this.#external(cursor);
      if (cursor.index === start) cursor.take();
    }
  }

  typeOf(name: string): CType | undefined {
    return this.typedefs.get(name)?.type ?? KNOWN_TYPES.get(name);
  }

  constant(token: Token): Value | undefined {
    const constant = this.constants.get(token.text);
    if (constant !== undefined) return constant.value;
    const macro = this.#uncertain.get(token.text);
    if (macro === undefined) return undefined;
    const why = macro.branch?.reason ?? 'it is defined in several ways';
    return unknown(`the value of ${token.text} is open: ${why}`, token.at);
  }

  typeName(cursor: TokenCursor): TypeOperand | undefined {
    const first = cursor.peek();
    if (first === undefined || !this.startsType(first)) return undefined;
    const attributes = noAttributes();
    const { type } = takeSpecifiers(cursor, this, attributes, 0);
    const whole = takeDeclarator(cursor, attributes, this).typeFrom(type);
    return operandOf(attributes.unknown ?? whole, first.at);
  }

  member(operand: TypeOperand, path: readonly Token[], what: 'offset' | 'size'): Value {
    const found = memberAt(operand.type as CType, path);
    if (isUnknown(found)) return found;
    const size = what === 'size' ? sizeOf(found.type, found.at) : found.bitOffset;
    if (isUnknown(size)) return size;
    return intOf(BigInt(what === 'size' ? size : Math.floor(size / 8)), SIZE);
  }

  /** Whether a type begins with this token. */
  startsType(token: Token): boolean {
    return TYPE_WORDS.has(token.text) || this.typeOf(token.text) !== undefined;
  }

  #external(cursor: TokenCursor): void {
    const first = cursor.peek() as Token;
    if (STATEMENTS.has(first.text)) {
      cursor.take();
      if (cursor.is('(')) cursor.skipGroup();
      return;
    }
    const attributes = noAttributes();
    const { type, isTypedef, isCall } = takeSpecifiers(cursor, this, attributes, 0);
    // `MODULE_LICENSE("GPL")` and others of its kind end without a semicolon now and then.
    if (isCall && cursor.peek()?.isFirst) return;
    while (cursor.peek() !== undefined) {
      if (cursor.accept(';')) return;
      const start = cursor.index;
      const own: Attributes = { ...attributes };
      const declarator = takeDeclarator(cursor, own, this);
      if (isTypedef && declarator.name !== undefined)
        this.#typedef(declarator.name, declarator.typeFrom(type), own, declarator.isPlain);
      if (cursor.accept(',')) continue;
      if (cursor.is('{')) {
        cursor.skipGroup();
        return;
      }
      if (!skipInitializer(cursor, start)) return;
    }
  }

  #typedef(name: Token, type: CType, attributes: Attributes, isPlain: boolean): void {
    const { aligned } = attributes;
    const whole: CType =
      attributes.unknown ??
      (aligned === undefined ? type : { kind: 'aligned', of: type, alignBytes: aligned });
    if (isPlain && type.kind === 'record' && type.record.name === undefined) {
      type.record.name = name.text;
      type.record.nameAt = name.at;
      type.record.isTypedef = true;
    }
    const old = this.typedefs.get(name.text);
    const isOpen = old !== undefined && name.branch !== undefined;
    const open = unknown(`${name.text} is defined in several ways`, name.at);
    this.typedefs.set(name.text, { name: name.text, at: name.at, type: isOpen ? open : whole });
  }

  /** Takes `struct …` or `union …` after the keyword, with its body if it has one. */
  record(cursor: TokenCursor, keyword: Token, depth: number): CType {
    return { kind: 'record', record: takeRecord(cursor, keyword, this, depth) };
  }

  enumeration(cursor: TokenCursor, keyword: Token): CType {
    return takeEnum(cursor, keyword, this);
  }

  attributes(cursor: TokenCursor, into: Attributes): void {
    takeAttributes(cursor, into, this);
  }
}

const TYPE_WORDS: ReadonlySet<string> = new Set([
  ...['struct', 'union', 'enum', 'void', 'char', 'short', 'int', 'long', 'float', 'double'],
  ...['signed', '__signed__', 'unsigned', 'const', 'volatile', 'typeof', '__typeof__', '__int128'],
]);

const STATEMENTS: ReadonlySet<string> = new Set([
  '_Static_assert',
  'static_assert',
  'asm',
  '__asm__',
]);

/** Passes over what comes between a declarator and `,` or `;`; false at what ends it otherwise. */
function skipInitializer(cursor: TokenCursor, start: number): boolean {
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    if (token.text === ',') {
      cursor.take();
      return true;
    }
    if (token.text === ';') return true;
    // A declaration that never ended: the next one starts here.
    if (cursor.index > start && token.isFirst && STARTS.has(token.text)) return false;
    if (token.text === '{' || token.text === '(' || token.text === '[') cursor.skipGroup();
    else cursor.take();
  }
  return false;
}

function operandOf(type: CType, at: Span): TypeOperand {
  const plain = plainType(type);
  const shared = { size: sizeOf(type, at), alignment: alignOf(type), type };
  if (plain.kind === 'pointer')
    return { ...shared, integer: { bits: 64, isUnsigned: true, isBool: false } };
  if (plain.kind !== 'integer') return shared;
  const { bytes, isSigned, what } = plain;
  const integer = { bits: bytes * 8, isUnsigned: !isSigned, isBool: what === 'bool' };
  return { ...shared, integer };
}
