// What was handed over, as bytes: files, reserved memory, blobs, by name.
import type { PhysicalMemory } from '../image/handover-image.ts';

/** Something of the handover that has bytes of its own. */
export interface Content {
  /** Path from the name of the subtree: `LUO/test-session/0x1a`, `memblock/trace`. */
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  readonly sizeBytes: number;
  /**
   * The bytes from `offset`, fewer at its end; holes are zeros. Undefined if the image lacks some
   * of them. The caller bounds `lengthBytes`.
   */
  read(offset: number, lengthBytes: number): Uint8Array | undefined;
}

/** Pieces of physical memory, in pages, that follow each other in something. */
export class Extents {
  // A handover may have a million files, most of them without memory of their own.
  #at = new Float64Array(0);
  #pfns = new Float64Array(0);
  #pages = new Float64Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Pages from `at` are at page frames from `pfn`. False, and not kept, unless `at` ascends. */
  add(at: number, pfn: number, pages: number): boolean {
    const last = this.#length - 1;
    if (last >= 0) {
      const end = (this.#at[last] as number) + (this.#pages[last] as number);
      if (at < end) return false;
      if (at === end && (this.#pfns[last] as number) + (this.#pages[last] as number) === pfn) {
        this.#pages[last] = (this.#pages[last] as number) + pages;
        return true;
      }
    }
    if (this.#length === this.#at.length) this.#grow();
    this.#at[this.#length] = at;
    this.#pfns[this.#length] = pfn;
    this.#pages[this.#length] = pages;
    this.#length += 1;
    return true;
  }

  /** The bytes of the range; zeros where no extent is, undefined where memory is not known. */
  read(
    memory: PhysicalMemory,
    pageBytes: number,
    offset: number,
    lengthBytes: number,
  ): Uint8Array | undefined {
    const bytes = new Uint8Array(lengthBytes);
    const end = offset + lengthBytes;
    for (let i = this.#find(Math.floor(offset / pageBytes)); i < this.#length; i++) {
      const start = (this.#at[i] as number) * pageBytes;
      if (start >= end) break;
      const from = Math.max(start, offset);
      const to = Math.min(start + (this.#pages[i] as number) * pageBytes, end);
      if (to <= from) continue;
      const phys = (this.#pfns[i] as number) * pageBytes + (from - start);
      const piece = memory.read(BigInt(phys), to - from);
      if (piece === undefined) return undefined;
      bytes.set(piece, from - offset);
    }
    return bytes;
  }

  /** Index of the last extent that starts at or before page `at`; 0 if none does. */
  #find(at: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#at[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #grow(): void {
    const grown = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(Math.max(16, from.length * 2));
      to.set(from);
      return to;
    };
    this.#at = grown(this.#at);
    this.#pfns = grown(this.#pfns);
    this.#pages = grown(this.#pages);
  }
}

/** Contents whose bytes lie in `extents`. */
export function contentOf(
  name: string,
  what: string,
  sizeBytes: number,
  extents: Extents,
  source: { readonly memory: PhysicalMemory; readonly pageBytes: number },
): Content {
  return {
    name,
    what,
    sizeBytes,
    read(offset, lengthBytes) {
      const length = Math.max(0, Math.min(lengthBytes, sizeBytes - offset));
      return extents.read(source.memory, source.pageBytes, offset, length);
    },
  };
}
