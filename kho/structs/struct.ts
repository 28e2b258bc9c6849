// Wire structs: what C code lays out in memory, described once. Reading, writing, hover and docs
// all take the same description.
import { assert, type ByteOrder, type CellBits, getUint, putUint } from '../../fdt/index.ts';

export interface StructField {
  readonly name: string;
  readonly bits: CellBits;
  /** Byte offset from the start of the struct. */
  readonly offset: number;
  readonly description: string;
}

export interface Struct {
  /** As in C, without `struct`. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly fields: readonly StructField[];
  readonly description: string;
  /** The kernel file or message that defines it. */
  readonly definedIn: string;
}

/** Field values by name. Integers of every width are bigint, so that none loses bits. */
export type StructValue = Readonly<Record<string, bigint>>;

/**
 * Describes a struct whose fields follow each other without padding.
 * @throws when the offsets leave a gap or overlap, or do not add up to `sizeBytes`: both are
 *   stated so that each can be compared with what the C compiler says.
 */
export function defineStruct(struct: Struct): Struct {
  let offset = 0;
  for (const field of struct.fields) {
    assert(field.offset === offset, `${struct.name}.${field.name} is at ${offset}`);
    offset += field.bits / 8;
  }
  assert(offset === struct.sizeBytes, `${struct.name} has ${offset} bytes`);
  return struct;
}

/** Reads one struct; the caller has checked that `bytes` has `sizeBytes` from `offset` on. */
export function readStruct(
  struct: Struct,
  bytes: Uint8Array,
  offset: number,
  order: ByteOrder,
): StructValue {
  assert(offset + struct.sizeBytes <= bytes.length, `${struct.name} is cut off`);
  const value: Record<string, bigint> = {};
  for (const field of struct.fields)
    value[field.name] = getUint(bytes, offset + field.offset, field.bits, order);
  return value;
}

/** The bytes of one struct. Fields that `value` leaves out are zero. */
export function writeStruct(struct: Struct, value: StructValue, order: ByteOrder): Uint8Array {
  const bytes = new Uint8Array(struct.sizeBytes);
  for (const field of struct.fields)
    putUint(bytes, field.offset, value[field.name] ?? 0n, field.bits, order);
  return bytes;
}
