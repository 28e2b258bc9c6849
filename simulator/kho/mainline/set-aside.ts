// Memory of the kernel before that nobody has taken back: the heads of blocks are stamped, as
// page->private has order and magic in the kernel.
import type { PageSet } from '../../kernel/kernel.ts';
import { NumberMap } from '../../machine/number-map.ts';
import type { Range } from '../../machine/range-set.ts';

export class SetAside implements PageSet {
  /** Orders by the first page of the block. */
  readonly #orderOf = new NumberMap();
  /** Orders that any block has. */
  readonly #orders = new Set<number>();
  #blockCount = 0;

  /** Blocks that there were in the beginning. */
  get blockCount(): number {
    return this.#blockCount;
  }

  add(pfn: number, order: number): void {
    this.#orderOf.set(pfn, order);
    this.#orders.add(order);
    this.#blockCount += 1;
  }

  /** The order of the block that begins at `pfn`, if it was not taken back. */
  orderAt(pfn: number): number | undefined {
    return this.#orderOf.get(pfn);
  }

  /** Takes the stamp away, so that nobody else gets the block. */
  clear(pfn: number): void {
    this.#orderOf.delete(pfn);
  }

  /** The first page of the block that `pfn` is in. */
  headOf(pfn: number): number | undefined {
    for (const order of this.#orders) {
      const head = pfn - (pfn % 2 ** order);
      const found = this.#orderOf.get(head);
      if (found !== undefined && pfn < head + 2 ** found) return head;
    }
    return undefined;
  }

  has(pfn: number): boolean {
    return this.headOf(pfn) !== undefined;
  }

  /** Whoever takes memory over has cleared its stamp. */
  remove(_pages: Range): void {}

  /** Blocks that are left, ascending. */
  *blocks(): Iterable<[pfn: number, order: number]> {
    for (const pfn of this.#orderOf.sortedKeys()) yield [pfn, this.#orderOf.get(pfn) as number];
  }
}
