import { putUint } from '../cells.ts';
import {
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_LAST_COMPATIBLE_VERSION,
  FDT_MAGIC,
  FDT_PROP,
  FDT_RESERVE_ENTRY_SIZE,
  FDT_VERSION,
} from './format.ts';
import { u32At } from './header.ts';
import { FDT_ERR_BADMAGIC, FDT_ERR_BADSTATE, FDT_ERR_NOSPACE } from './libfdt-errors.ts';

/** The header, up to the alignment of a reservation entry. */
const HEADER_SIZE = 48;
/** Buffers of up to the largest page are there as a whole; larger ones are mostly empty. */
const FIRST_BYTES = 65536;

/**
 * Writes a blob from front to back into a buffer of fixed size, as libfdt's sequential-write
 * functions do: structure grows from the front and strings from the back, until `finish` moves
 * them together. Each method returns 0 or a negated error code: FDT_ERR_NOSPACE when the buffer is
 * full, and then nothing was written, or FDT_ERR_BADSTATE when it is called out of order. Names
 * have one code unit a byte. Nesting is not checked, as libfdt does not check it either.
 */
export class FdtWriter {
  /** Of the buffer as much as there is use for: it grows up to its size. */
  #bytes: Uint8Array;
  readonly #sizeBytes: number;
  /** What `fdt_create` returns: -FDT_ERR_NOSPACE for a buffer that cannot hold the header. */
  readonly created: number;
  #state: 'reservations' | 'structure' | 'complete' = 'reservations';
  #structureOffset = HEADER_SIZE;
  #structureSize = 0;
  #stringsSize = 0;
  /** Distance of a name from the end of the buffer: of the one written last, as a search finds. */
  readonly #names = new Map<string, number>();
  /** Where the offsets of names are, to be adjusted when the strings move. */
  readonly #nameOffsets: number[] = [];

  constructor(sizeBytes: number) {
    this.#sizeBytes = Math.max(0, sizeBytes);
    this.#bytes = new Uint8Array(Math.min(this.#sizeBytes, FIRST_BYTES));
    this.created = sizeBytes < HEADER_SIZE ? -FDT_ERR_NOSPACE : 0;
  }

  /** The buffer as far as it was needed; once finished, the blob is its first `totalsize` bytes. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Reserves memory, in bytes; only before `finishReservemap`. */
  addReservemapEntry(address: bigint, sizeBytes: bigint): number {
    const error = this.#expect('reservations');
    if (error !== 0) return error;
    const offset = this.#structureOffset;
    if (!this.#hasRoom(FDT_RESERVE_ENTRY_SIZE)) return -FDT_ERR_NOSPACE;
    putUint(this.bytes, offset, address, 64, 'big');
    putUint(this.bytes, offset + 8, sizeBytes, 64, 'big');
    this.#structureOffset += FDT_RESERVE_ENTRY_SIZE;
    return 0;
  }

  finishReservemap(): number {
    const result = this.addReservemapEntry(0n, 0n);
    if (result === 0) this.#state = 'structure';
    return result;
  }

  beginNode(name: string): number {
    const error = this.#expect('structure');
    if (error !== 0) return error;
    const at = this.#grab(4 + align4(name.length + 1));
    if (at === undefined) return -FDT_ERR_NOSPACE;
    this.#put(at, FDT_BEGIN_NODE);
    this.#putText(at + 4, name);
    return 0;
  }

  property(name: string, value: Uint8Array): number {
    const error = this.#expect('structure');
    if (error !== 0) return error;
    const known = this.#names.get(name);
    const fromEnd = known ?? this.#addName(name);
    if (fromEnd === undefined) return -FDT_ERR_NOSPACE;
    const at = this.#grab(12 + align4(value.length));
    if (at === undefined) {
      if (known === undefined) this.#stringsSize -= name.length + 1;
      return -FDT_ERR_NOSPACE;
    }
    if (known === undefined) this.#indexName(name, fromEnd);
    this.#put(at, FDT_PROP);
    this.#put(at + 4, value.length);
    this.#put(at + 8, -fromEnd >>> 0);
    this.#nameOffsets.push(at + 8);
    this.bytes.set(value, at + 12);
    return 0;
  }

  endNode(): number {
    const error = this.#expect('structure');
    if (error !== 0) return error;
    const at = this.#grab(4);
    if (at === undefined) return -FDT_ERR_NOSPACE;
    this.#put(at, FDT_END_NODE);
    return 0;
  }

  finish(): number {
    const error = this.#expect('structure');
    if (error !== 0) return error;
    const at = this.#grab(4);
    if (at === undefined) return -FDT_ERR_NOSPACE;
    this.#put(at, FDT_END);
    const stringsOffset = this.#structureOffset + this.#structureSize;
    const size = this.bytes.length;
    this.bytes.copyWithin(stringsOffset, size - this.#stringsSize, size);
    for (const offset of this.#nameOffsets) {
      this.#put(offset, (u32At(this.bytes, offset) + this.#stringsSize) >>> 0);
    }
    const fields = [FDT_MAGIC, stringsOffset + this.#stringsSize, this.#structureOffset];
    fields.push(stringsOffset, HEADER_SIZE, FDT_VERSION, FDT_LAST_COMPATIBLE_VERSION, 0);
    fields.push(this.#stringsSize, this.#structureSize);
    for (const [i, field] of fields.entries()) this.#put(i * 4, field);
    this.#state = 'complete';
    return 0;
  }

  #expect(state: 'reservations' | 'structure'): number {
    if (this.created !== 0) return -FDT_ERR_BADMAGIC;
    return this.#state === state ? 0 : -FDT_ERR_BADSTATE;
  }

  /** The offset of `length` bytes more of structure, or undefined if there is no room. */
  #grab(length: number): number | undefined {
    if (!this.#hasRoom(length)) return undefined;
    const at = this.#structureOffset + this.#structureSize;
    this.#structureSize += length;
    return at;
  }

  /** True if that many bytes more fit; the strings stay at the end of what there is. */
  #hasRoom(lengthBytes: number): boolean {
    const structureEnd = this.#structureOffset + this.#structureSize;
    const needed = structureEnd + this.#stringsSize + lengthBytes;
    if (needed > this.#sizeBytes) return false;
    if (needed <= this.#bytes.length) return true;
    const before = this.#bytes;
    const length = Math.min(this.#sizeBytes, Math.max(needed, before.length * 2));
    this.#bytes = new Uint8Array(length);
    this.#bytes.set(before.subarray(0, structureEnd));
    const strings = before.subarray(before.length - this.#stringsSize);
    this.#bytes.set(strings, length - strings.length);
    return true;
  }

  #addName(name: string): number | undefined {
    const fromEnd = this.#stringsSize + name.length + 1;
    if (!this.#hasRoom(name.length + 1)) return undefined;
    this.#putText(this.bytes.length - fromEnd, name);
    this.#stringsSize = fromEnd;
    return fromEnd;
  }

  /** A search from the front finds the name written last, so its endings hide older ones. */
  #indexName(name: string, fromEnd: number): void {
    for (let i = 0; i <= name.length; i++) this.#names.set(name.slice(i), fromEnd - i);
  }

  #put(offset: number, value: number): void {
    putUint(this.bytes, offset, BigInt(value), 32, 'big');
  }

  #putText(offset: number, text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[offset + i] = text.charCodeAt(i);
    this.bytes[offset + text.length] = 0;
  }
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}
