// The types of C, as far as they decide how bytes are laid out.
import type { Span } from '../../fdt/index.ts';
import { isUnknown, type Size, type Unknown } from './known.ts';

export type CType =
  | IntegerType
  | { readonly kind: 'float'; readonly bytes: number; readonly alignBytes: number }
  | { readonly kind: 'void' }
  | { readonly kind: 'function' }
  | { readonly kind: 'pointer'; readonly to: CType }
  | ArrayType
  | { readonly kind: 'record'; readonly record: Record }
  /** A type with an alignment of its own: `typedef u64 t __aligned(16)`. */
  | { readonly kind: 'aligned'; readonly of: CType; readonly alignBytes: Size }
  | Unknown;

export interface IntegerType {
  readonly kind: 'integer';
  readonly bytes: number;
  /** Less than `bytes` nowhere on LP64; an enum is an integer too. */
  readonly isSigned: boolean;
  readonly what?: 'char' | 'bool' | 'big-endian' | undefined;
}

export interface ArrayType {
  readonly kind: 'array';
  readonly of: CType;
  /** Undefined for `[]`, which takes no bytes of its own. */
  readonly count: Size | undefined;
}

/** A struct or union with its members where gcc puts them. */
export interface Record {
  readonly kind: 'struct' | 'union';
  /** After `struct` or `union`; the name of the typedef for one without; else undefined. */
  name: string | undefined;
  /** The name is one of a typedef, and stands without `struct`. */
  isTypedef: boolean;
  /** Of the name, or of `struct`. */
  nameAt: Span;
  /** From `struct` to the closing brace. */
  at: Span;
  /** False for one that is only declared. */
  isComplete: boolean;
  size: Size;
  alignment: Size;
  members: readonly Member[];
  /** The condition that it is there under, if that is open. */
  condition?: string | undefined;
}

export interface Member {
  /** Undefined for an anonymous struct or union, and for bits that are only passed over. */
  readonly name: string | undefined;
  readonly at: Span;
  readonly type: CType;
  /** From the start of the record, in bits. */
  readonly bitOffset: Size;
  /** Of a bit field only. */
  readonly bitWidth?: number;
}

/** Bytes of `type`: as `sizeof` says. */
export function sizeOf(type: CType, at: Span): Size {
  switch (type.kind) {
    case 'integer':
    case 'float':
      return type.bytes;
    case 'pointer':
      return 8;
    // As GNU C has it.
    case 'void':
    case 'function':
      return 1;
    case 'aligned':
      return sizeOf(type.of, at);
    case 'record':
      return type.record.size;
    case 'array': {
      const { count } = type;
      if (count === undefined) return 0;
      const each = sizeOf(type.of, at);
      if (isUnknown(count)) return count;
      if (isUnknown(each)) return each;
      const size = count * each;
      return Number.isSafeInteger(size * 8)
        ? size
        : { kind: 'unknown', reason: 'an array larger than any memory', at };
    }
    case 'unknown':
      return type;
  }
}

/** Alignment of `type` in bytes, where no attribute says otherwise. */
export function alignOf(type: CType): Size {
  switch (type.kind) {
    case 'integer':
      return type.bytes;
    case 'float':
    case 'aligned':
      return type.alignBytes;
    case 'pointer':
      return 8;
    case 'void':
    case 'function':
      return 1;
    case 'record':
      return type.record.alignment;
    case 'array':
      return alignOf(type.of);
    case 'unknown':
      return type;
  }
}

/** `type` without an alignment of its own. */
export function plainType(type: CType): Exclude<CType, { kind: 'aligned' }> {
  let plain = type;
  while (plain.kind === 'aligned') plain = plain.of;
  return plain;
}
