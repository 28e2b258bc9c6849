// A record as flat fields: what is at which bits, whatever structs they are grouped in.
import type { Span } from '../../fdt/index.ts';
import { type CType, type Member, plainType, type Record, sizeOf } from '../layout/ctype.ts';
import { isUnknown, type Size } from '../layout/known.ts';
import { spellType } from '../layout/spell.ts';

/** A field that holds no other fields, or an array of such. */
export interface Leaf {
  /** Names from the record down: `hdr.next`, `entries[].pfn`. */
  readonly path: string;
  readonly at: Span;
  readonly bitOffset: Size;
  readonly bitWidth: Size;
  /** What the bits are, as far as a reader goes by it: numbers of a width, floats, byte order. */
  readonly shape: string;
  readonly type: string;
}

/** Fields of one record that are looked at; what is beyond is left out. */
export const MAX_LEAVES = 4096;
const MAX_DEPTH = 32;

/** The fields of a record in the order of its text. */
export function leavesOf(record: Record): readonly Leaf[] {
  const leaves: Leaf[] = [];
  collect(record, { prefix: '', bitOffset: 0, repeat: '', depth: 0 }, leaves);
  return leaves;
}

interface Around {
  readonly prefix: string;
  readonly bitOffset: Size;
  /** How often, and how far apart, what is inside comes again. */
  readonly repeat: string;
  readonly depth: number;
}

function collect(record: Record, around: Around, leaves: Leaf[]): void {
  for (const member of record.members) {
    if (leaves.length >= MAX_LEAVES || around.depth > MAX_DEPTH) return;
    const bitOffset = added(around.bitOffset, member.bitOffset);
    const path = `${around.prefix}${member.name ?? ''}`;
    const { element, counts } = unwrap(member.type);
    if (element.kind !== 'record' || element.record.members.length === 0) {
      const leaf = leafOf(member, path, bitOffset, around.repeat);
      if (leaf !== undefined) leaves.push(leaf);
      continue;
    }
    const isArray = counts.length > 0;
    const stride = isUnknown(element.record.size) ? '?' : element.record.size;
    const brackets = isArray ? '[]' : '';
    collect(
      element.record,
      {
        prefix: member.name === undefined ? around.prefix : `${path}${brackets}.`,
        bitOffset,
        repeat: isArray ? `${around.repeat} x${counts.join('x')} each ${stride}` : around.repeat,
        depth: around.depth + 1,
      },
      leaves,
    );
  }
}

function leafOf(member: Member, path: string, bitOffset: Size, repeat: string): Leaf | undefined {
  const { at, name, type } = member;
  if (name === undefined && !isUnknown(type)) return undefined;
  const { element, counts } = unwrap(type);
  // An empty struct is no field.
  if (element.kind === 'record' && element.record.size === 0) return undefined;
  const spelled = spellType(type);
  const shared = { path, at, bitOffset };
  if (member.bitWidth !== undefined) {
    const { bitWidth } = member;
    return { ...shared, bitWidth, shape: `bits${repeat}`, type: `${spelled}:${bitWidth}` };
  }
  const bytes = sizeOf(type, at);
  const count = isOpenArray(type) ? '[]' : counts.length === 0 ? '' : ` x${productOf(counts)}`;
  return {
    ...shared,
    bitWidth: isUnknown(bytes) ? bytes : bytes * 8,
    shape: `${shapeOf(element)}${count}${repeat}`,
    type: spelled,
  };
}

/** The element of an array of any dimensions. */
function unwrap(type: CType): { element: CType; counts: readonly (number | '?')[] } {
  const counts: (number | '?')[] = [];
  let element: CType = plainType(type);
  while (element.kind === 'array') {
    counts.push(isUnknown(element.count) ? '?' : (element.count ?? 0));
    element = plainType(element.of);
  }
  return { element, counts };
}

function isOpenArray(type: CType): boolean {
  const plain = plainType(type);
  return plain.kind === 'array' && (plain.count === undefined || plain.count === 0);
}

function productOf(counts: readonly (number | '?')[]): string {
  return counts.includes('?') ? '?' : `${(counts as number[]).reduce((a, b) => a * b, 1)}`;
}

/** Signs, pointers, truth values and characters are numbers to who lays out bytes. */
function shapeOf(type: CType): string {
  switch (type.kind) {
    case 'integer':
      return type.what === 'big-endian' ? `big-endian${type.bytes}` : `number${type.bytes}`;
    case 'pointer':
      return 'number8';
    case 'float':
      return `float${type.bytes}`;
    case 'unknown':
      return '?';
    default:
      return type.kind;
  }
}

function added(one: Size, other: Size): Size {
  if (isUnknown(one)) return one;
  return isUnknown(other) ? other : one + other;
}
