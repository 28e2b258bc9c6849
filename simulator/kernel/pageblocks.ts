// Which migrate type the pages of each page block have. Models the bits that
// get_pageblock_migratetype() of mm/page_alloc.c reads.
import { NumberMap } from '../machine/number-map.ts';
import { type Range, RangeSet } from '../machine/range-set.ts';

/** What an allocation says of its pages, so that those that cannot move stay together. */
export type Mobility = 'unmovable' | 'movable' | 'reclaimable';

/** `cma` blocks are scratch memory: only movable allocations may use them. */
export type MigrateType = Mobility | 'cma';

export const MOBILITIES: readonly Mobility[] = ['movable', 'unmovable', 'reclaimable'];

export class Pageblocks {
  readonly order: number;
  /** Of blocks that are not movable any more, by their number. */
  readonly #mobilityOf = new NumberMap();
  readonly #cma = new RangeSet();

  constructor(order: number) {
    this.order = order;
  }

  addCma(pages: Range): void {
    this.#cma.add(pages);
  }

  /** Movable, as early boot leaves all memory, until somebody claims the block for another type. */
  typeOf(pfn: number): MigrateType {
    if (this.#cma.has(pfn)) return 'cma';
    return MOBILITIES[this.#mobilityOf.get(this.#numberOf(pfn)) ?? 0] as Mobility;
  }

  /** change_pageblock_range(): every page block that the pages are in. */
  change({ start, end }: Range, mobility: Mobility): void {
    const index = MOBILITIES.indexOf(mobility);
    for (let block = this.#numberOf(start); block <= this.#numberOf(end - 1); block++)
      if (index === 0) this.#mobilityOf.delete(block);
      else this.#mobilityOf.set(block, index);
  }

  /** The pages of the page block that a page is in. */
  around(pfn: number): Range {
    const start = this.#numberOf(pfn) * 2 ** this.order;
    return { start, end: start + 2 ** this.order };
  }

  #numberOf(pfn: number): number {
    return Math.floor(pfn / 2 ** this.order);
  }
}
