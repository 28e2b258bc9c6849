import type { CallSite } from '../result.ts';
import { MAX_PAGE_ORDER } from './buddy.ts';

/** A block of pages that somebody holds or held. */
export interface Block {
  /** First page frame. */
  readonly pfn: number;
  readonly order: number;
  /** A driver, or what the kernel uses it for. */
  readonly owner: string;
  /** How it was taken, and so how it must be given back. */
  readonly kind: 'pages' | 'slab' | 'claimed';
  /** Where it was taken. */
  readonly site?: CallSite;
}

/** Blocks by page, without an entry per page. */
export class Blocks {
  #byPfn = new Map<number, Block>();

  add(block: Block): void {
    this.#byPfn.set(block.pfn, block);
  }

  /** The block that begins at `pfn`. */
  at(pfn: number): Block | undefined {
    return this.#byPfn.get(pfn);
  }

  /** The block that `pfn` is in. */
  around(pfn: number): Block | undefined {
    for (let order = 0; order <= MAX_PAGE_ORDER; order++) {
      const block = this.#byPfn.get(pfn - (pfn % 2 ** order));
      if (block !== undefined && pfn < block.pfn + 2 ** block.order) return block;
    }
    return undefined;
  }

  remove(block: Block): void {
    this.#byPfn.delete(block.pfn);
  }
}
