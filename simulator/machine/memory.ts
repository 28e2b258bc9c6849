import type { PhysicalMemory, PhysRange } from '../../kho/index.ts';
import type { Range, RangeSet } from './range-set.ts';

/** What memory holds that nobody wrote since power on, or that a jump did away with. */
export const POISON_BYTE = 0xa5;

/**
 * Physical memory with real bytes, of which only pages that were written take up space. Addresses
 * are in bytes; the caller has checked that they are RAM.
 */
export class Memory {
  readonly pageBytes: number;
  #pages = new Map<number, Uint8Array>();

  constructor(pageBytes: number) {
    this.pageBytes = pageBytes;
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
      this.#pageAt(pfn).set(bytes.subarray(at, at + count), offset),
    );
  }

  fill(address: number, lengthBytes: number, byte: number): void {
    this.#eachPiece(address, lengthBytes, (pfn, offset, _at, count) => {
      if (byte === POISON_BYTE && count === this.pageBytes) this.#pages.delete(pfn);
      else this.#pageAt(pfn).fill(byte, offset, offset + count);
    });
  }

  /** Overwrites every page that is not among `kept` page frame numbers. */
  poisonExcept(kept: RangeSet): void {
    for (const pfn of this.#pages.keys()) if (!kept.has(pfn)) this.#pages.delete(pfn);
  }

  /** The memory as it is now, as far as it is among `known` page frame numbers. */
  snapshot(known: RangeSet): PhysicalMemory {
    const pages = new Map<number, Uint8Array>();
    for (const [pfn, page] of this.#pages) if (known.has(pfn)) pages.set(pfn, page.slice());
    return new Snapshot(pages, this.pageBytes, known.ranges);
  }

  #pageAt(pfn: number): Uint8Array {
    let page = this.#pages.get(pfn);
    if (page === undefined) {
      page = new Uint8Array(this.pageBytes).fill(POISON_BYTE);
      this.#pages.set(pfn, page);
    }
    return page;
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

  constructor(pages: ReadonlyMap<number, Uint8Array>, pageBytes: number, known: readonly Range[]) {
    this.#memory = new Memory(pageBytes);
    for (const [pfn, page] of pages) this.#memory.write(pfn * pageBytes, page);
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
