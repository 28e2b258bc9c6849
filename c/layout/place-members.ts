// Where gcc puts the members of a struct or union: the System V ABI of x86-64. That of arm64 is the
// same but for bit fields without a name, which there raise the alignment of the struct.

import type { Span } from '../../fdt/index.ts';
import { alignOf, type CType, type Member, sizeOf } from './ctype.ts';
import { isUnknown, type Size } from './known.ts';

/** A member as it is declared. */
export interface DeclaredMember {
  readonly name: string | undefined;
  readonly at: Span;
  readonly type: CType;
  readonly bitWidth?: Size | undefined;
  readonly isPacked: boolean;
  /** The largest alignment that its attributes ask for. */
  readonly aligned?: Size | undefined;
}

export interface RecordShape {
  readonly isUnion: boolean;
  readonly isPacked: boolean;
  readonly aligned?: Size | undefined;
}

export interface PlacedRecord {
  readonly members: readonly Member[];
  readonly size: Size;
  readonly alignment: Size;
}

/** Lays out a record. From the first member of unknown size on, offsets are not known. */
export function placeMembers(
  declared: readonly DeclaredMember[],
  shape: RecordShape,
): PlacedRecord {
  const placer = new Placer(shape);
  const members = declared.map((each) => placer.place(each));
  return { members, ...placer.finish() };
}

class Placer {
  readonly #shape: RecordShape;
  /** Bits that are taken; of a union, those of its largest member. */
  #bits: Size = 0;
  #alignment: Size = 1;

  constructor(shape: RecordShape) {
    this.#shape = shape;
  }

  place(member: DeclaredMember): Member {
    const { name, at, type, bitWidth } = member;
    const start = this.#shape.isUnion ? 0 : this.#bits;
    const placed =
      bitWidth === undefined ? this.#plain(member, start) : this.#bitField(member, bitWidth, start);
    const { bitOffset, end } = placed;
    if (!this.#shape.isUnion || isUnknown(end))
      this.#bits = isUnknown(this.#bits) ? this.#bits : end;
    else if (!isUnknown(this.#bits)) this.#bits = Math.max(this.#bits, end);
    const width = typeof bitWidth === 'number' ? { bitWidth } : {};
    return { name, at, type, bitOffset, ...width };
  }

  #plain({ type, at, aligned, isPacked }: DeclaredMember, start: Size): Placement {
    const natural = isPacked || this.#shape.isPacked ? 1 : alignOf(type);
    const alignment = larger(natural, aligned);
    this.#raise(alignment);
    const size = sizeOf(type, at);
    if (isUnknown(start)) return { bitOffset: start, end: start };
    if (isUnknown(alignment)) return { bitOffset: alignment, end: alignment };
    const bitOffset = roundUp(start, alignment * 8);
    return { bitOffset, end: isUnknown(size) ? size : bitOffset + size * 8 };
  }

  #bitField(member: DeclaredMember, width: Size, start: Size): Placement {
    const { name, type, at, aligned, isPacked } = member;
    const size = sizeOf(type, at);
    const natural = alignOf(type);
    for (const each of [start, width, size, natural])
      if (isUnknown(each)) return { bitOffset: each, end: each };
    if (isUnknown(aligned)) return { bitOffset: aligned, end: aligned };
    const [from, bits, unit, alignment] = [start, width, size, natural] as number[] as Four;
    // What follows starts in the next unit, in a packed struct too.
    if (bits === 0) {
      const end = roundUp(from, Math.max(alignment, aligned ?? 1) * 8);
      return { bitOffset: end, end };
    }
    const isTight = isPacked || this.#shape.isPacked;
    let bitOffset = aligned === undefined ? from : roundUp(from, aligned * 8);
    if (!isTight && straddles(bitOffset, bits, unit * 8, alignment * 8))
      bitOffset = roundUp(bitOffset, alignment * 8);
    if (name !== undefined) this.#raise(larger(isTight ? 1 : alignment, aligned));
    return { bitOffset, end: bitOffset + bits };
  }

  finish(): { size: Size; alignment: Size } {
    const alignment = larger(this.#alignment, this.#shape.aligned);
    const bits = this.#bits;
    if (isUnknown(bits)) return { size: bits, alignment };
    if (isUnknown(alignment)) return { size: alignment, alignment };
    return { size: roundUp(bits, alignment * 8) / 8, alignment };
  }

  #raise(alignment: Size): void {
    this.#alignment = larger(this.#alignment, alignment);
  }
}

type Four = [number, number, number, number];

interface Placement {
  readonly bitOffset: Size;
  /** The first bit after it. */
  readonly end: Size;
}

/** Whether a bit field would reach over more aligned units than its type is wide. */
function straddles(start: number, width: number, unit: number, alignment: number): boolean {
  return Math.ceil(((start % alignment) + width) / alignment) > unit / alignment;
}

function larger(one: Size, other: Size | undefined): Size {
  if (isUnknown(one) || other === undefined) return one;
  return isUnknown(other) ? other : Math.max(one, other);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
