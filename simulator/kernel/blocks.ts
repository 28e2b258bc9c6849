import type { Range } from '../machine/range-set.ts';
import type { CallSite } from '../result.ts';
import { MAX_PAGE_ORDER } from './buddy.ts';

/**
 * How a block was taken, and so how it must be given back: `pages` by __get_free_pages(), `folio`
 * by folio_alloc(), `kmalloc` by kmalloc() of much, `vmalloc` as part of an area, `claimed` from
 * the kernel before.
 */
export type BlockKind = 'pages' | 'folio' | 'kmalloc' | 'vmalloc' | 'slab' | 'claimed';

/** What is known of a block; blocks of one call share it. */
export interface BlockInfo {
  readonly order: number;
  /** A driver, or what the kernel uses it for. */
  readonly owner: string;
  readonly kind: BlockKind;
  /** Where it was taken. */
  readonly site?: CallSite;
  /** What is wrong with its struct pages, which whoever frees them meets: a clause. */
  readonly damage?: string;
}

/** A block of pages that somebody holds or held. */
export interface Block extends BlockInfo {
  /** First page frame. */
  readonly pfn: number;
}

/** Blocks by page, without an entry per page. */
export class Blocks {
  readonly #infoOf = new Map<number, BlockInfo>();

  add({ pfn, ...info }: Block): void {
    this.#infoOf.set(pfn, info);
  }

  /** Blocks of one page each. */
  addPages({ start, end }: Range, info: BlockInfo): void {
    for (let pfn = start; pfn < end; pfn++) this.#infoOf.set(pfn, info);
  }

  /** The block that begins at `pfn`. */
  at(pfn: number): Block | undefined {
    const info = this.#infoOf.get(pfn);
    return info && { pfn, ...info };
  }

  /** The block that `pfn` is in. */
  around(pfn: number): Block | undefined {
    for (let order = 0; order <= MAX_PAGE_ORDER; order++) {
      const start = pfn - (pfn % 2 ** order);
      const info = this.#infoOf.get(start);
      if (info !== undefined && pfn < start + 2 ** info.order) return { pfn: start, ...info };
    }
    return undefined;
  }

  /** All blocks, in no order that matters. */
  *all(): Generator<Block> {
    for (const [pfn, info] of this.#infoOf) yield { pfn, ...info };
  }

  remove({ pfn }: Pick<Block, 'pfn'>): void {
    this.#infoOf.delete(pfn);
  }
}
