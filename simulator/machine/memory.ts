import type { PhysicalMemory, PhysRange } from '../../kho/index.ts';
import type { Range, RangeSet } from './range-set.ts';

/** What memory holds that nobody wrote since power on, or that a jump did away with. */
export const POISON_BYTE = 0xa5;

/** Bytes that may be written before a run is stopped; pages of one byte alone do not count. */
const MAX_WRITTEN_BYTES: number = 2 ** 31;

/**
 * Physical memory with real bytes, of which only pages that were written take up space. Addresses
 * are in bytes; the caller has checked that they are RAM.
 */
export class Memory {
  readonly pageBytes: number;
  readonly #pages = new Map<number, Uint8Array>();
  /** Pages of one byte alone, by that byte: one array stands for all of them. */
  readonly #uniform = new Map<number, Uint8Array>();
  readonly #maxWrittenBytes: number;
  #writtenPages = 0;

  constructor(pageBytes: number, maxWrittenBytes: number = MAX_WRITTEN_BYTES) {
    this.pageBytes = pageBytes;
    this.#maxWrittenBytes = maxWrittenBytes;
  }

  /** No page can be written any more that was not written before. */
  get isFull(): boolean {
    return this.#writtenPages * this.pageBytes >= this.#maxWrittenBytes;
  }

  read(address: number, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    this.#eachPiece(address, lengthBytes, (pfn, offset, at, count) => {
      const page = this.#pages.get(pfn);
      if (page === undefined) bytes.fill(POISON_BYTE, at, at + count);
      else bytes.set(page.subarray(offset, offset + count), at);
    });
    return bytes;
  }

  write(address: number, bytes: Uint8Array): void {
    this.#eachPiece(address, bytes.length, (pfn, offset, at, count) =>
      this.#writablePage(pfn)?.set(bytes.subarray(at, at + count), offset),
    );
  }

  /** The bytes of a page, to be changed in place; undefined if memory is full. */
  edit(pfn: number): Uint8Array | undefined {
    return this.#writablePage(pfn);
  }

  fill(address: number, lengthBytes: number, byte: number): void {
    this.#eachPiece(address, lengthBytes, (pfn, offset, _at, count) => {
      if (count < this.pageBytes) this.#writablePage(pfn)?.fill(byte, offset, offset + count);
      else if (byte === POISON_BYTE) this.#forget(pfn);
      else {
        this.#forget(pfn);
        this.#pages.set(pfn, this.#uniformPage(byte));
      }
    });
  }

  /** Overwrites every page that is not among `kept` page frame numbers. */
  poisonExcept(kept: RangeSet): void {
    for (const pfn of this.#pages.keys()) if (!kept.has(pfn)) this.#forget(pfn);
  }

  /** The memory as it is now, as far as it is among `known` page frame numbers. */
  snapshot(known: RangeSet): PhysicalMemory {
    const memory = new Memory(this.pageBytes);
    for (const [pfn, page] of this.#pages)
      if (known.has(pfn)) memory.#pages.set(pfn, this.#isUniform(page) ? page : page.slice());
    return new Snapshot(memory, known.ranges);
  }

  #forget(pfn: number): void {
    const page = this.#pages.get(pfn);
    if (page !== undefined && !this.#isUniform(page)) this.#writtenPages -= 1;
    this.#pages.delete(pfn);
  }

  #isUniform(page: Uint8Array): boolean {
    return this.#uniform.get(page[0] ?? 0) === page;
  }

  #uniformPage(byte: number): Uint8Array {
    const page = this.#uniform.get(byte) ?? new Uint8Array(this.pageBytes).fill(byte);
    this.#uniform.set(byte, page);
    return page;
  }

  /** A page of its own for `pfn`, or undefined if memory is full. */
  #writablePage(pfn: number): Uint8Array | undefined {
    const page = this.#pages.get(pfn);
    if (page !== undefined && !this.#isUniform(page)) return page;
    if (this.isFull) return undefined;
    const own = page?.slice() ?? new Uint8Array(this.pageBytes).fill(POISON_BYTE);
    this.#pages.set(pfn, own);
    this.#writtenPages += 1;
    return own;
  }

  #eachPiece(
    address: number,
    lengthBytes: number,
    visit: (pfn: number, offset: number, at: number, count: number) => void,
  ): void {
    for (let at = 0; at < lengthBytes; ) {
      const pfn = Math.floor((address + at) / this.pageBytes);
      const offset = address + at - pfn * this.pageBytes;
      const count = Math.min(lengthBytes - at, this.pageBytes - offset);
      visit(pfn, offset, at, count);
      at += count;
    }
  }
}

class Snapshot implements PhysicalMemory {
  readonly #memory: Memory;
  readonly #known: readonly Range[];

  constructor(memory: Memory, known: readonly Range[]) {
    const { pageBytes } = memory;
    this.#memory = memory;
    this.#known = known.map(({ start, end }) => ({
      start: start * pageBytes,
      end: end * pageBytes,
    }));
  }

  read(address: bigint, lengthBytes: number): Uint8Array | undefined {
    const start = Number(address);
    const isKnown = this.#known.some(
      (range) => range.start <= start && start + lengthBytes <= range.end,
    );
    return isKnown ? this.#memory.read(start, lengthBytes) : undefined;
  }

  ranges(): readonly PhysRange[] {
    return this.#known.map(({ start, end }) => ({
      address: BigInt(start),
      sizeBytes: BigInt(end - start),
    }));
  }
}
