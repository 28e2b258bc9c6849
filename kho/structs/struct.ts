// Wire structs: what C code lays out in memory, described once. Reading, writing, hover and docs
// all take the same description.
import { assert, type ByteOrder, type CellBits, getUint, putUint } from '../../fdt/index.ts';

/** An integer, or, with `part`, some bits of one: a C bit field. */
export interface IntegerField<Name extends string = string> {
  readonly name: Name;
  readonly bits: CellBits;
  /** Byte offset from the start of the struct. */
  readonly offset: number;
  readonly description: string;
  /** The field is `width` of the bits; the first bit field of an integer has `shift` 0. */
  readonly part?: { readonly shift: number; readonly width: number };
}

/** A char array. A text shorter than the array ends at its NUL. */
export interface TextField<Name extends string = string> {
  readonly name: Name;
  /** Bytes of the array, the NUL included. */
  readonly chars: number;
  readonly offset: number;
  readonly description: string;
}

export type StructField<Integers extends string = string, Texts extends string = string> =
  | IntegerField<Integers>
  | TextField<Texts>;

/** What fills the rest of the page that a struct heads: integers, bits or structs. */
export interface StructTail {
  readonly name: string;
  readonly of: 'u64' | 'bits' | AnyStruct;
  readonly description: string;
}

export interface Struct<Integers extends string = string, Texts extends string = never> {
  /** As in C, without `struct`. */
  readonly name: string;
  /** Of the fields; what `tail` adds depends on the page size. */
  readonly sizeBytes: number;
  readonly fields: readonly StructField<Integers, Texts>[];
  readonly tail?: StructTail;
  readonly description: string;
  /** The kernel file or message that defines it. */
  readonly definedIn: string;
}

/** A struct whatever its fields. */
export type AnyStruct = Struct<string, string>;

/** Field values by name. Integers of every width are bigint, so that none loses bits. */
export type StructValue<Integers extends string = string, Texts extends string = never> = {
  readonly [Name in Integers]: bigint;
} & { readonly [Name in Texts]: string };

/** What is written: fields that are left out are zero or empty. */
type Written<Integers extends string, Texts extends string> = {
  readonly [Name in Integers]?: bigint;
} & { readonly [Name in Texts]?: string };

/**
 * Describes a struct whose fields follow each other without padding.
 * @throws when the offsets leave a gap or overlap, or do not add up to `sizeBytes`: both are
 *   stated so that each can be compared with what the C compiler says.
 */
export function defineStruct<Integers extends string, Texts extends string>(
  struct: Struct<Integers, Texts>,
): Struct<Integers, Texts> {
  let bit = 0;
  for (const field of struct.fields) {
    const shift = isText(field) ? 0 : (field.part?.shift ?? 0);
    assert(field.offset * 8 + shift === bit, `${struct.name}.${field.name} is at bit ${bit}`);
    bit += isText(field) ? field.chars * 8 : (field.part?.width ?? field.bits);
  }
  assert(struct.sizeBytes * 8 === bit, `${struct.name} has ${bit / 8} bytes`);
  return struct;
}

/** The fields of a struct that is a field of another: `outer.inner`, as C code reaches them. */
export function nested<Outer extends string, Inner extends string>(
  name: Outer,
  offset: number,
  { fields }: Struct<Inner>,
): readonly IntegerField<`${Outer}.${Inner}`>[] {
  return (fields as readonly IntegerField<Inner>[]).map((field) => ({
    ...field,
    name: `${name}.${field.name}` as const,
    offset: offset + field.offset,
  }));
}

/** True for a char array. */
export function isText<Integers extends string, Texts extends string>(
  field: StructField<Integers, Texts>,
): field is TextField<Texts> {
  return 'chars' in field;
}

/** Reads one struct; the caller has checked that `bytes` has `sizeBytes` from `offset` on. */
export function readStruct<Integers extends string, Texts extends string>(
  struct: Struct<Integers, Texts>,
  bytes: Uint8Array,
  offset: number,
  order: ByteOrder,
): StructValue<Integers, Texts> {
  const value: Record<string, bigint | string> = {};
  for (const field of struct.fields) value[field.name] = readField(field, bytes, offset, order);
  return value as StructValue<Integers, Texts>;
}

/**
 * The value of one field of a struct at `offset`. A text that fills its whole array, and so lacks
 * its NUL, has as many characters as the array has bytes; a character stands for one byte.
 */
export function readField(
  field: StructField,
  bytes: Uint8Array,
  offset: number,
  order: ByteOrder,
): bigint | string {
  const at = offset + field.offset;
  if (isText(field)) {
    assert(at + field.chars <= bytes.length, `${field.name} is cut off`);
    let text = '';
    for (let i = at; i < at + field.chars && bytes[i] !== 0; i++)
      text += String.fromCharCode(bytes[i] as number);
    return text;
  }
  const whole = getUint(bytes, at, field.bits, order);
  return field.part === undefined ? whole : (whole >> shiftOf(field, order)) & maskOf(field);
}

/**
 * The bytes of one struct. Fields that `value` leaves out are zero.
 * @throws when a text is longer than its array, or has characters that are no byte.
 */
export function writeStruct<Integers extends string, Texts extends string>(
  struct: Struct<Integers, Texts>,
  value: Written<Integers, Texts>,
  order: ByteOrder,
): Uint8Array {
  const bytes = new Uint8Array(struct.sizeBytes);
  const values = value as Readonly<Record<string, bigint | string | undefined>>;
  for (const field of struct.fields) {
    const each = values[field.name];
    if (each === undefined) continue;
    if (isText(field)) putText(bytes, field, String(each));
    else putInteger(bytes, field, BigInt(each), order);
  }
  return bytes;
}

function putText(bytes: Uint8Array, field: TextField, text: string): void {
  assert(text.length <= field.chars, `${field.name} takes ${field.chars} bytes`);
  for (let i = 0; i < text.length; i++) {
    assert(text.charCodeAt(i) < 256, `${field.name} is of bytes`);
    bytes[field.offset + i] = text.charCodeAt(i);
  }
}

function putInteger(bytes: Uint8Array, field: IntegerField, value: bigint, order: ByteOrder): void {
  if (field.part === undefined) {
    putUint(bytes, field.offset, value, field.bits, order);
    return;
  }
  const others = getUint(bytes, field.offset, field.bits, order);
  const part = (value & maskOf(field)) << shiftOf(field, order);
  putUint(bytes, field.offset, others | part, field.bits, order);
}

/** Compilers fill bit fields from the least significant bit on little-endian, else from the top. */
function shiftOf({ part, bits }: IntegerField, order: ByteOrder): bigint {
  const { shift, width } = part ?? { shift: 0, width: bits };
  return BigInt(order === 'little' ? shift : bits - shift - width);
}

function maskOf({ part, bits }: IntegerField): bigint {
  return (1n << BigInt(part?.width ?? bits)) - 1n;
}

/** Bytes of one entry of what fills the page after `struct`. */
export function tailEntryBytes(of: AnyStruct | 'u64'): number {
  return of === 'u64' ? 8 : of.sizeBytes;
}

/** Entries of `of` that fit in a page after `struct`. */
export function entriesInPage(struct: AnyStruct, of: AnyStruct | 'u64', pageBytes: number): number {
  return Math.floor((pageBytes - struct.sizeBytes) / tailEntryBytes(of));
}
