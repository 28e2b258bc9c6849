// Bitmaps of preserved blocks by order, and the chunks that list them for the next kernel (6.16 to
// 7.0): __kho_preserve_order(), kho_mem_serialize() of kernel/kexec_handover.c.
import {
  entriesInPage,
  KHOSER_MEM_BITMAP_PTR,
  KHOSER_MEM_CHUNK_HDR,
  writeStruct,
} from '../../../kho/index.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { ENOMEM } from './errors.ts';
import { type Context, hasDefect, KHO } from './state.ts';
import { bitAt, putBit, type Removal, type TakePage, type Tracker } from './tracker.ts';

export class BitmapTracker implements Tracker {
  readonly isReady = true;
  readonly #context: Context;
  readonly #kernel: Kernel;
  readonly #takePage: TakePage;
  readonly #bitmapBytes: number;
  /** Addresses of bitmaps, by order and by which blocks of it they are for. */
  readonly #orders = new Map<number, Map<number, number>>();
  #chunks: number[] = [];

  constructor(context: Context, bitmapBytes: number, takePage: TakePage) {
    this.#context = context;
    this.#kernel = context.kernel;
    this.#bitmapBytes = bitmapBytes;
    this.#takePage = takePage;
  }

  add(pfn: number, order: number): number {
    const bitmaps = this.#orders.get(order) ?? new Map<number, number>();
    this.#orders.set(order, bitmaps);
    const { index, bit } = this.#place(pfn, order);
    let bitmap = bitmaps.get(index);
    if (bitmap === undefined) {
      bitmap = this.#newBitmap();
      if (bitmap === undefined) return -ENOMEM;
      bitmaps.set(index, bitmap);
    }
    putBit(this.#kernel, bitmap, bit, true);
    return 0;
  }

  remove(pfn: number, order: number): Removal {
    const { index, bit } = this.#place(pfn, order);
    const bitmap = this.#orders.get(order)?.get(index);
    if (bitmap === undefined) {
      this.#kernel.warn('__kho_unpreserve_order');
      return 'no-page';
    }
    const wasSet = bitAt(this.#kernel, bitmap, bit);
    putBit(this.#kernel, bitmap, bit, false);
    return wasSet ? 'removed' : 'was-clear';
  }

  has(pfn: number, order: number): boolean {
    const { index, bit } = this.#place(pfn, order);
    const bitmap = this.#orders.get(order)?.get(index);
    return bitmap !== undefined && bitAt(this.#kernel, bitmap, bit);
  }

  *pages(): Iterable<number> {
    for (const bitmaps of this.#orders.values())
      for (const bitmap of bitmaps.values()) yield this.#kernel.pfnOf(bitmap);
    for (const chunk of this.#chunks) yield this.#kernel.pfnOf(chunk);
  }

  /**
   * kho_mem_serialize(): writes the chunks anew and returns the address of the first, 0 if there is
   * none; undefined, with the old chunks as they were, if there is no memory.
   */
  serialize(): number | undefined {
    const fresh: number[] = [];
    for (const [order, bitmaps] of [...this.#orders].sort(([a], [b]) => a - b)) {
      const entries = [...bitmaps].sort(([a], [b]) => a - b);
      const most = entriesInPage(
        KHOSER_MEM_CHUNK_HDR,
        KHOSER_MEM_BITMAP_PTR,
        this.#kernel.machine.pageBytes,
      );
      for (let from = 0; from === 0 || from < entries.length; from += most) {
        const chunk = this.#takePage();
        if (chunk === undefined) {
          this.#free(fresh);
          return undefined;
        }
        fresh.push(chunk);
        this.#fillChunk(chunk, order, entries.slice(from, from + most), fresh.at(-2));
      }
    }
    this.#free(this.#chunks);
    this.#chunks = fresh;
    return fresh[0] ?? 0;
  }

  /** kho_abort() until 6.18: every bitmap and chunk is freed, whoever preserved what. */
  clear(): void {
    for (const bitmaps of this.#orders.values())
      for (const bitmap of bitmaps.values())
        if (this.#isWholePage) this.#kernel.freePages(bitmap, 0, KHO);
        else if (!this.#isGuarded(bitmap)) this.#kernel.freeBytes(bitmap, KHO);
    this.#orders.clear();
    this.#free(this.#chunks);
    this.#chunks = [];
  }

  /** Where the map begins, 0 if it has not been written. */
  get firstChunk(): number {
    return this.#chunks[0] ?? 0;
  }

  #isGuarded(address: number): boolean {
    const pool = this.#kernel.memblock.kfencePool;
    return pool !== undefined && pool.start <= address && address < pool.end;
  }

  get #isWholePage(): boolean {
    return this.#bitmapBytes === this.#kernel.machine.pageBytes;
  }

  #place(pfn: number, order: number): { readonly index: number; readonly bit: number } {
    const block = Math.floor(pfn / 2 ** order);
    const bits = this.#bitmapBytes * 8;
    return { index: Math.floor(block / bits), bit: block % bits };
  }

  #fillChunk(
    chunk: number,
    order: number,
    entries: readonly (readonly [index: number, bitmap: number])[],
    before: number | undefined,
  ): void {
    const { memory, byteOrder, pageBytes } = this.#kernel.machine;
    const put = (address: number, bytes: Uint8Array): void => memory.write(address, bytes);
    const header = { order: BigInt(order), num_elms: BigInt(entries.length) };
    put(chunk, writeStruct(KHOSER_MEM_CHUNK_HDR, header, byteOrder));
    const spanBytes = this.#bitmapBytes * 8 * 2 ** order * pageBytes;
    for (const [i, [index, bitmap]] of entries.entries()) {
      const entry = { phys_start: BigInt(index * spanBytes), bitmap_phys: BigInt(bitmap) };
      const at = KHOSER_MEM_CHUNK_HDR.sizeBytes + i * KHOSER_MEM_BITMAP_PTR.sizeBytes;
      put(chunk + at, writeStruct(KHOSER_MEM_BITMAP_PTR, entry, byteOrder));
    }
    if (before !== undefined) {
      // `next` is the first field.
      const link = writeStruct(KHOSER_MEM_CHUNK_HDR, { next: BigInt(chunk) }, byteOrder);
      put(before, link.subarray(0, 8));
    }
  }

  /** 512 bytes come from the slab, a page from the page allocator. */
  #newBitmap(): number | undefined {
    if (this.#isWholePage) return this.#takePage();
    return this.#kernel.allocateGuarded(this.#bitmapBytes, KHO);
  }

  #free(chunks: readonly number[]): void {
    const isKfree = hasDefect(this.#context, 'chunks-freed-as-objects');
    for (const chunk of chunks)
      if (isKfree) this.#kernel.freeBytes(chunk, KHO);
      else this.#kernel.freePages(chunk, 0, KHO);
  }
}
