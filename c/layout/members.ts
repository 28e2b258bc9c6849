import type { Span } from '../../fdt/index.ts';
import { type CType, type Member, plainType, type Record } from './ctype.ts';
import { isUnknown, type Size, type Unknown, unknown } from './known.ts';
import type { Token } from './token.ts';

/** Structs and unions without a name within each other. */
const MAX_ANONYMOUS_DEPTH = 64;

/** The member that a path of names leads to, with its offset from the start of `type`. */
export function memberAt(
  type: CType,
  path: readonly Token[],
): { readonly type: CType; readonly bitOffset: Size; readonly at: Span } | Unknown {
  let found: { type: CType; bitOffset: Size; at: Span } | undefined;
  for (const token of path) {
    const plain: CType = plainType(found?.type ?? type);
    if (plain.kind === 'unknown') return plain;
    if (plain.kind === 'record' && !plain.record.isComplete && isUnknown(plain.record.size))
      return plain.record.size;
    const member =
      plain.kind === 'record' && token.kind === 'name'
        ? memberOf(plain.record, token.text)
        : undefined;
    if (member === undefined)
      return unknown(`\`${token.text}\` is no member of a type known here`, token.at);
    const { bitOffset } = member;
    const before = found?.bitOffset ?? 0;
    found = {
      type: member.type,
      at: token.at,
      bitOffset: isUnknown(before) ? before : isUnknown(bitOffset) ? bitOffset : before + bitOffset,
    };
  }
  return found ?? { type, bitOffset: 0, at: path[0]?.at ?? NOWHERE };
}

const NOWHERE: Span = { source: { path: '', text: '' }, start: 0, end: 0 };

/** A member by its name, in structs and unions without a name too; the offset is the record's. */
export function memberOf(
  record: Record,
  name: string,
  depth = 0,
): Pick<Member, 'type' | 'bitOffset' | 'bitWidth'> | undefined {
  for (const member of record.members) {
    if (member.name === name) return member;
    const type = plainType(member.type);
    if (member.name !== undefined || type.kind !== 'record' || depth > MAX_ANONYMOUS_DEPTH)
      continue;
    const inner = memberOf(type.record, name, depth + 1);
    if (inner === undefined) continue;
    const [before, after] = [member.bitOffset, inner.bitOffset];
    const bitOffset = isUnknown(before) ? before : isUnknown(after) ? after : before + after;
    return { ...inner, bitOffset };
  }
  return undefined;
}
