// The page allocator: free blocks of 2^order pages, split and merged. Where a block comes from is
// drawn from the seed, so that nothing depends on placement by luck. Models mm/page_alloc.c.
import { assert } from '../../fdt/index.ts';
import type { Random } from '../machine/random.ts';
import type { Range } from '../machine/range-set.ts';

/** MAX_PAGE_ORDER of x86_64 and arm64 with 4 KiB pages. */
export const MAX_PAGE_ORDER = 10;

/** `cma` blocks are scratch memory: only movable allocations may use them. */
export type MigrateType = 'normal' | 'cma';

/** Free blocks of one order: constant-time add, remove and draw. */
class FreeList {
  #pfns: number[] = [];
  #indexOf = new Map<number, number>();

  get length(): number {
    return this.#pfns.length;
  }

  at(index: number): number {
    return this.#pfns[index] as number;
  }

  add(pfn: number): void {
    this.#indexOf.set(pfn, this.#pfns.length);
    this.#pfns.push(pfn);
  }

  remove(pfn: number): boolean {
    const index = this.#indexOf.get(pfn);
    if (index === undefined) return false;
    const last = this.#pfns.pop() as number;
    if (last !== pfn) {
      this.#pfns[index] = last;
      this.#indexOf.set(last, index);
    }
    this.#indexOf.delete(pfn);
    return true;
  }
}

export class PageAllocator {
  readonly #random: Random;
  readonly #free: Readonly<Record<MigrateType, readonly FreeList[]>>;
  #cma: readonly Range[] = [];

  constructor(random: Random) {
    this.#random = random;
    const lists = (): FreeList[] =>
      Array.from({ length: MAX_PAGE_ORDER + 1 }, () => new FreeList());
    this.#free = { normal: lists(), cma: lists() };
  }

  /** Gives page frames to the allocator, as memblock_free_all() does. */
  addRange({ start, end }: Range, type: MigrateType): void {
    if (type === 'cma') this.#cma = [...this.#cma, { start, end }];
    for (let pfn = start; pfn < end; ) {
      let order = MAX_PAGE_ORDER;
      while (pfn % 2 ** order !== 0 || pfn + 2 ** order > end) order -= 1;
      this.#release(pfn, order, type);
      pfn += 2 ** order;
    }
  }

  /** The first page frame of a block, or undefined if there is none. */
  allocate(order: number, isMovable: boolean): number | undefined {
    const types: readonly MigrateType[] = isMovable ? ['cma', 'normal'] : ['normal'];
    for (const type of types) {
      const lists = this.#free[type];
      const orders = [...lists.keys()].filter((each) => each >= order && lists[each]?.length);
      if (orders.length === 0) continue;
      // The real allocator takes the smallest block that suffices, which on a machine that just
      // booted is always the same one; where memory comes from must not be a thing to rely on.
      const from = orders[this.#random.below(orders.length)] as number;
      const list = lists[from] as FreeList;
      const pfn = list.at(this.#random.below(list.length));
      list.remove(pfn);
      return this.#split(pfn, from, order, type);
    }
    return undefined;
  }

  /** Takes a block back and merges it with its free buddies. */
  free(pfn: number, order: number): void {
    assert(pfn % 2 ** order === 0, `block ${pfn} of order ${order} is not aligned`);
    const isCma = this.#cma.some(({ start, end }) => start <= pfn && pfn < end);
    this.#release(pfn, order, isCma ? 'cma' : 'normal');
  }

  /** Pages that are free, of both types. */
  get freePages(): number {
    let pages = 0;
    for (const lists of Object.values(this.#free))
      for (const [order, list] of lists.entries()) pages += list.length * 2 ** order;
    return pages;
  }

  #split(pfn: number, from: number, order: number, type: MigrateType): number {
    let kept = pfn;
    for (let half = from - 1; half >= order; half--) {
      const other = kept + 2 ** half;
      if (this.#random.below(2) === 0) (this.#free[type][half] as FreeList).add(other);
      else {
        (this.#free[type][half] as FreeList).add(kept);
        kept = other;
      }
    }
    return kept;
  }

  #release(pfn: number, order: number, type: MigrateType): void {
    let start = pfn;
    let size = order;
    while (size < MAX_PAGE_ORDER) {
      const isUpper = Math.floor(start / 2 ** size) % 2 === 1;
      const buddy = isUpper ? start - 2 ** size : start + 2 ** size;
      if (!(this.#free[type][size] as FreeList).remove(buddy)) break;
      start = Math.min(start, buddy);
      size += 1;
    }
    (this.#free[type][size] as FreeList).add(start);
  }
}
