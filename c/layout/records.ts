// Structs and unions with their bodies.
import { type Attributes, noAttributes } from './attributes.ts';
import { type CType, plainType, type Record } from './ctype.ts';
import type { Declarations } from './declarations.ts';
import { takeDeclarator } from './declarator.ts';
import { evaluateNext } from './expression.ts';
import { isUnknown, type Size, type Unknown, unknown } from './known.ts';
import { type DeclaredMember, placeMembers } from './place-members.ts';
import { takeSpecifiers } from './specifiers.ts';
import type { Token } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Structs within each other. */
const MAX_DEPTH = 64;

/** Takes a struct or union after its keyword. */
export function takeRecord(
  cursor: TokenCursor,
  keyword: Token,
  names: Declarations,
  depth: number,
): Record {
  const attributes = noAttributes();
  names.attributes(cursor, attributes);
  const tag = cursor.peek()?.kind === 'name' ? cursor.take() : undefined;
  names.attributes(cursor, attributes);
  if (!cursor.is('{')) return tagged(names, keyword, tag);
  const record = defined(names, keyword, tag);
  if (names.isPackedAt(cursor.index))
    attributes.unknown = unknown('`#pragma pack` is in force, which is not modelled', keyword.at);
  const body = cursor.skipGroup();
  const close = cursor.tokens[cursor.index - 1] ?? keyword;
  names.attributes(cursor, attributes);
  // At the top a name of this kind is an attribute by another name, and no variable.
  const next = cursor.peek();
  if (depth === 0 && next?.text.startsWith('__') && cursor.peek(1)?.text === ';')
    attributes.unknown = unknown(`\`${cursor.take()?.text}\` is not known here`, next.at);
  // Where a macro's own brace closes it, that stands where the macro is used.
  if (keyword.at.source === close.at.source && close.at.end > keyword.at.end)
    record.at = { ...keyword.at, end: close.at.end };
  fill(record, body, attributes, keyword, names, depth);
  names.records.push(record);
  return record;
}

function fill(
  record: Record,
  body: TokenCursor,
  attributes: Attributes,
  keyword: Token,
  names: Declarations,
  depth: number,
): void {
  const stranger = strangerIn(body, keyword);
  const problem =
    depth > MAX_DEPTH
      ? unknown(`structs are nested deeper than ${MAX_DEPTH} levels`, keyword.at)
      : !body.isClosed
        ? unknown('its closing brace is missing', keyword.at)
        : stranger !== undefined
          ? unknown(stranger.branch?.reason ?? 'a condition ends within it', stranger.at)
          : undefined;
  record.isComplete = true;
  if (keyword.branch !== undefined) record.condition = keyword.branch.reason;
  if (problem !== undefined) {
    record.size = problem;
    record.alignment = problem;
    return;
  }
  const declared = membersIn(body, names, depth + 1);
  const { isPacked, aligned } = attributes;
  const placed = placeMembers(declared, { isUnion: record.kind === 'union', isPacked, aligned });
  const open = attributes.unknown;
  record.members = placed.members;
  record.size = open ?? placed.size;
  record.alignment = open ?? placed.alignment;
}

/** A token that is there under another condition than the record. */
function strangerIn(body: TokenCursor, keyword: Token): Token | undefined {
  for (let ahead = 0; ; ahead++) {
    const token = body.peek(ahead);
    if (token === undefined || token.branch !== keyword.branch) return token;
  }
}

/** A record by its tag, declared or defined before; one more that is only declared otherwise. */
function tagged(names: Declarations, keyword: Token, tag: Token | undefined): Record {
  const key = `${keyword.text} ${tag?.text ?? ''}`;
  const known = tag && names.tags.get(key);
  if (known !== undefined) return known;
  const record = fresh(keyword, tag);
  if (tag !== undefined) names.tags.set(key, record);
  return record;
}

function defined(names: Declarations, keyword: Token, tag: Token | undefined): Record {
  const key = `${keyword.text} ${tag?.text ?? ''}`;
  const known = tag && names.tags.get(key);
  if (known !== undefined && !known.isComplete) {
    if (tag !== undefined) known.nameAt = tag.at;
    known.at = keyword.at;
    return known;
  }
  const record = fresh(keyword, tag);
  if (known !== undefined && tag !== undefined) {
    const open = unknown(`\`${key}\` is defined in several ways`, tag.at);
    names.tags.set(key, { ...fresh(keyword, tag), size: open, alignment: open });
  } else if (tag !== undefined) names.tags.set(key, record);
  return record;
}

function fresh(keyword: Token, tag: Token | undefined): Record {
  const open = unknown(`\`${keyword.text} ${tag?.text ?? ''}\` is not defined here`, keyword.at);
  return {
    kind: keyword.text === 'union' ? 'union' : 'struct',
    name: tag?.text,
    isTypedef: false,
    nameAt: tag?.at ?? keyword.at,
    at: keyword.at,
    isComplete: false,
    size: open,
    alignment: open,
    members: [],
  };
}

function membersIn(body: TokenCursor, names: Declarations, depth: number): DeclaredMember[] {
  const members: DeclaredMember[] = [];
  while (body.peek() !== undefined) {
    if (body.accept(';')) continue;
    const first = body.peek() as Token;
    if (first.text === 'static_assert' || first.text === '_Static_assert') {
      body.take();
      if (body.is('(')) body.skipGroup();
      continue;
    }
    const start = body.index;
    takeMembers(body, names, depth, members);
    if (body.index === start) body.take();
  }
  return members;
}

/** Takes one declaration with all its members. */
function takeMembers(
  body: TokenCursor,
  names: Declarations,
  depth: number,
  members: DeclaredMember[],
): void {
  const first = body.peek() as Token;
  const attributes = noAttributes();
  const { type, hasBody } = takeSpecifiers(body, names, attributes, depth);
  if (body.is(';')) {
    const member = withoutName(type, hasBody, first, attributes);
    if (member !== undefined) members.push(member);
    return;
  }
  for (;;) {
    const own: Attributes = { ...attributes };
    const declarator = takeDeclarator(body, own, names);
    const at = declarator.name?.at ?? first.at;
    const bitWidth = body.accept(':') ? widthIn(body, names, type) : undefined;
    names.attributes(body, own);
    const surprise = skipSurprise(body);
    const hasPlace = declarator.name !== undefined || bitWidth !== undefined;
    const nameless = hasPlace ? undefined : unknown('a member without a name', at);
    members.push({
      name: declarator.name?.text,
      at,
      type: surprise ?? own.unknown ?? nameless ?? declarator.typeFrom(type),
      bitWidth,
      isPacked: own.isPacked,
      aligned: own.aligned,
    });
    if (!body.accept(',')) return;
  }
}

function withoutName(
  type: CType,
  hasBody: boolean,
  first: Token,
  attributes: Attributes,
): DeclaredMember | undefined {
  const shared = { name: undefined, at: first.at, ...attributes };
  const plain = plainType(type);
  if (attributes.unknown !== undefined) return { ...shared, type: attributes.unknown };
  if (plain.kind === 'unknown') return { ...shared, type: plain };
  if (plain.kind !== 'record') return undefined;
  if (hasBody && plain.record.name === undefined) return { ...shared, type };
  const why = 'whether a struct with a tag is a member by itself depends on the compiler';
  return { ...shared, type: unknown(why, first.at) };
}

function widthIn(body: TokenCursor, names: Declarations, type: CType): Size {
  const { at } = body;
  const value = evaluateNext(body, names);
  if (isUnknown(value)) return value;
  const plain = plainType(type);
  if (plain.kind === 'unknown') return plain;
  const most =
    plain.kind === 'integer' ? (plain.what === 'bool' ? 1n : BigInt(plain.bytes * 8)) : 0n;
  if (value.value < 0n || value.value > most)
    return unknown(`a bit field of ${value.value} bits in a type of ${most}`, at);
  return Number(value.value);
}

/** What stands between a member and its end and is no attribute that is known here. */
function skipSurprise(body: TokenCursor): Unknown | undefined {
  const token = body.peek();
  if (token === undefined || token.text === ',' || token.text === ';') return undefined;
  for (let next = body.peek(); next !== undefined; next = body.peek()) {
    if (next.text === ',' || next.text === ';') break;
    // The semicolon is missing: what follows is the next member.
    if (next.isFirst && next !== token) break;
    if (next.text === '(' || next.text === '[' || next.text === '{') body.skipGroup();
    else body.take();
  }
  return unknown(`\`${token.text}\` is not expected here`, token.at);
}
