import type { PhysicalMemory, PhysRange } from '../../kho/index.ts';
import { type Range, RangeSet } from './range-set.ts';

/** What memory holds that nobody wrote since power on, or that a jump did away with. */
export const POISON_BYTE = 0xa5;

/** Bytes that may be written before a run is stopped; pages of one byte alone do not count. */
const MAX_WRITTEN_BYTES: number = 2 ** 31;

/**
 * Where the bytes of pages are while a process has them mapped: a file that both sides reach.
 * Addresses are physical, in bytes.
 */
export interface PageStore {
  read(address: number, lengthBytes: number): Uint8Array;
  write(address: number, bytes: Uint8Array): void;
  /** The page is not in the store any more: who has it mapped must not see it. */
  revoked(pfn: number): void;
}

/**
 * Physical memory with real bytes, of which only pages that were written take up space. Addresses
 * are in bytes; the caller has checked that they are RAM.
 */
export class Memory {
  #pageBytes: number;
  readonly #pages = new Map<number, Uint8Array>();
  /** Pages of one byte alone, by that byte: one array stands for all of them. */
  readonly #uniform = new Map<number, Uint8Array>();
  /** Pages whose bytes are in a store and nowhere else. */
  readonly #lent = new Map<number, PageStore>();
  readonly #maxWrittenBytes: number;
  #writtenPages = 0;
  /** The page that was written last, while it is a page of its own. */
  #lastPfn = -1;
  #lastPage: Uint8Array | undefined;

  constructor(pageBytes: number, maxWrittenBytes: number = MAX_WRITTEN_BYTES) {
    this.#pageBytes = pageBytes;
    this.#maxWrittenBytes = maxWrittenBytes;
  }

  get pageBytes(): number {
    return this.#pageBytes;
  }

  /** Pages have another size from now on; none of them is in a store. */
  resizePages(pageBytes: number): void {
    if (pageBytes === this.#pageBytes) return;
    const before = [...this.#pages].map(([pfn, page]) => ({ at: pfn * this.#pageBytes, page }));
    this.#pages.clear();
    this.#uniform.clear();
    this.#writtenPages = 0;
    this.#lastPfn = -1;
    this.#pageBytes = pageBytes;
    for (const { at, page } of before) this.write(at, page);
  }

  /** No page can be written any more that was not written before. */
  get isFull(): boolean {
    return this.#writtenPages * this.pageBytes >= this.#maxWrittenBytes;
  }

  read(address: number, lengthBytes: number): Uint8Array {
    const page = this.#pageAround(address, lengthBytes);
    if (page !== undefined) {
      const offset = address % this.pageBytes;
      return page.slice(offset, offset + lengthBytes);
    }
    const bytes = new Uint8Array(lengthBytes);
    this.#eachPiece(address, lengthBytes, (pfn, offset, at, count) => {
      const page = this.#pages.get(pfn);
      const store = this.#lent.get(pfn);
      if (store !== undefined) bytes.set(store.read(address + at, count), at);
      else if (page === undefined) bytes.fill(POISON_BYTE, at, at + count);
      else bytes.set(page.subarray(offset, offset + count), at);
    });
    return bytes;
  }

  /** The bytes of the page in which a range lies as a whole, if they are here. */
  #pageAround(address: number, lengthBytes: number): Uint8Array | undefined {
    const pfn = Math.floor(address / this.pageBytes);
    const isWhole = address + lengthBytes <= (pfn + 1) * this.pageBytes;
    if (!isWhole || (this.#lent.size > 0 && this.#lent.has(pfn))) return undefined;
    return this.#pages.get(pfn);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#eachPiece(address, bytes.length, (pfn, offset, at, count) => {
      const piece = bytes.subarray(at, at + count);
      const store = this.#lent.get(pfn);
      if (store === undefined) this.#writablePage(pfn)?.set(piece, offset);
      else store.write(address + at, piece);
    });
  }

  /** The bytes of a page, to be changed in place; undefined if memory is full. */
  edit(pfn: number): Uint8Array | undefined {
    if (pfn === this.#lastPfn) return this.#lastPage;
    if (this.#lent.size > 0 && this.#lent.has(pfn)) this.#takeBack(pfn);
    return this.#writablePage(pfn);
  }

  /** Puts pages into a store, where they stay until they change hands or are taken back. */
  lend({ start, end }: Range, store: PageStore): void {
    for (let pfn = start; pfn < end; pfn++) {
      if (this.#lent.has(pfn)) continue;
      const address = pfn * this.pageBytes;
      store.write(address, this.read(address, this.pageBytes));
      this.#forget(pfn);
      this.#lent.set(pfn, store);
      this.#writtenPages += 1;
    }
  }

  /** Has the bytes of all pages in a store again. */
  takeBackAll(from: PageStore): void {
    for (const [pfn, store] of this.#lent) if (store === from) this.#takeBack(pfn);
  }

  fill(address: number, lengthBytes: number, byte: number): void {
    // Nothing is there that would have to go, nearly always.
    if (lengthBytes === this.pageBytes && address % lengthBytes === 0 && byte === POISON_BYTE) {
      this.#forget(address / lengthBytes);
      return;
    }
    this.#eachPiece(address, lengthBytes, (pfn, offset, at, count) => {
      const store = this.#lent.get(pfn);
      if (store !== undefined && count < this.pageBytes)
        store.write(address + at, new Uint8Array(count).fill(byte));
      else if (count < this.pageBytes) this.#writablePage(pfn)?.fill(byte, offset, offset + count);
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
    for (const pfn of this.#lent.keys()) if (!kept.has(pfn)) this.#forget(pfn);
  }

  /** The memory as it is now, as far as it is among `known` page frame numbers. */
  snapshot(known: RangeSet): PhysicalMemory {
    const memory = new Memory(this.pageBytes);
    for (const [pfn, page] of this.#pages)
      if (known.has(pfn)) memory.#pages.set(pfn, this.#isUniform(page) ? page : page.slice());
    for (const [pfn, store] of this.#lent)
      if (known.has(pfn)) memory.#pages.set(pfn, store.read(pfn * this.pageBytes, this.pageBytes));
    return new Snapshot(memory, known);
  }

  #takeBack(pfn: number): void {
    const store = this.#lent.get(pfn);
    const page = store?.read(pfn * this.pageBytes, this.pageBytes);
    this.#forget(pfn);
    if (page === undefined) return;
    this.#pages.set(pfn, page);
    this.#writtenPages += 1;
  }

  #forget(pfn: number): void {
    if (pfn === this.#lastPfn) this.#lastPfn = -1;
    const store = this.#lent.size === 0 ? undefined : this.#lent.get(pfn);
    if (store !== undefined) {
      this.#lent.delete(pfn);
      this.#writtenPages -= 1;
      store.revoked(pfn);
    }
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
    let own = page;
    if (own === undefined || this.#isUniform(own)) {
      if (this.isFull) return undefined;
      own = page?.slice() ?? new Uint8Array(this.pageBytes).fill(POISON_BYTE);
      this.#pages.set(pfn, own);
      this.#writtenPages += 1;
    }
    this.#lastPfn = pfn;
    this.#lastPage = own;
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
  /** Page frames, ascending and disjoint. */
  readonly #known: RangeSet;

  constructor(memory: Memory, known: RangeSet) {
    this.#memory = memory;
    this.#known = new RangeSet(known.ranges);
  }

  read(address: bigint, lengthBytes: number): Uint8Array | undefined {
    const { pageBytes } = this.#memory;
    const start = Number(address);
    const first = Math.floor(start / pageBytes);
    const around = this.#known.around(first);
    const isKnown = around !== undefined && start + lengthBytes <= around.end * pageBytes;
    return isKnown ? this.#memory.read(start, lengthBytes) : undefined;
  }

  ranges(): readonly PhysRange[] {
    const { pageBytes } = this.#memory;
    return this.#known.ranges.map(({ start, end }) => ({
      address: BigInt(start * pageBytes),
      sizeBytes: BigInt((end - start) * pageBytes),
    }));
  }
}
