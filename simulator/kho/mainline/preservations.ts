// Who preserved what, and where in their source: for findings. The kernel keeps nothing of it; what
// the next kernel acts on is in memory alone.
import type { Caller } from '../../kernel/kernel.ts';
import { NumberMap } from '../../machine/number-map.ts';
import type { Range } from '../../machine/range-set.ts';
import type { CallSite } from '../../result.ts';

/** By what a block was preserved, and so by what it must be taken back. */
export type PreserveKind = 'folio' | 'pages' | 'alloc' | 'vmalloc' | 'kho';

/** One call of a driver's source, however often it was made. */
export interface Preservation {
  readonly kind: PreserveKind;
  /** The function, as drivers call it. */
  readonly call: string;
  readonly driver: string;
  readonly site?: CallSite;
}

export interface PreservedBlock {
  readonly pfn: number;
  readonly order: number;
  readonly by: Preservation;
}

/** Stretches of this order are looked up as a whole. */
const STRETCH_ORDER = 10;
/** Orders share a number with the page, so that a block is one key. */
const ORDERS = 64;

/** Blocks by page and order, a few bytes each. */
export class Preservations {
  readonly #calls: Preservation[] = [];
  readonly #callIndexes = new Map<string, number>();
  /** Which call the last block was preserved by: nearly always that of the next. */
  #last: { readonly kind: string; readonly call: string; readonly caller: Caller } | undefined;
  #lastIndex = 0;
  readonly #callOf = new NumberMap();
  /** For each stretch of 2^STRETCH_ORDER pages, which orders there are in it, as bits. */
  readonly #orders = new NumberMap();
  /** Orders of blocks that are larger than that: ranges of pages have any order. */
  readonly #largeOrders = new Set<number>();
  /** First pages of blocks of which a finding says what becomes of them. */
  readonly #accounted = new Set<number>();

  get count(): number {
    return this.#callOf.size;
  }

  /** Adds a block; what it was preserved by before, if it was. */
  add(
    pfn: number,
    order: number,
    kind: PreserveKind,
    call: string,
    caller: Caller,
  ): Preservation | undefined {
    const by = this.#indexOf(kind, call, caller);
    const before = this.#callOf.exchange(pfn * ORDERS + order, by);
    if (this.#accounted.size > 0) this.#accounted.delete(pfn);
    if (before !== undefined) return this.#calls[before];
    if (order > STRETCH_ORDER) {
      this.#largeOrders.add(order);
      return undefined;
    }
    const stretch = stretchOf(pfn);
    const orders = this.#orders.get(stretch) ?? 0;
    if ((orders & (1 << order)) === 0) this.#orders.set(stretch, orders | (1 << order));
    return undefined;
  }

  /** What becomes of the blocks with pages of a range was said. */
  account(start: number, end: number): void {
    for (let pfn = start; pfn < end; ) {
      const block = this.within(pfn, end);
      if (block === undefined) return;
      this.#accounted.add(block.pfn);
      pfn = block.pfn + 2 ** block.order;
    }
  }

  isAccounted(pfn: number): boolean {
    return this.#accounted.has(pfn);
  }

  remove(pfn: number, order: number): void {
    this.#callOf.delete(pfn * ORDERS + order);
  }

  clear(): void {
    this.#callOf.clear();
    this.#orders.clear();
    this.#largeOrders.clear();
  }

  at(pfn: number, order: number): Preservation | undefined {
    const index = this.#callOf.get(pfn * ORDERS + order);
    return index === undefined ? undefined : this.#calls[index];
  }

  /** A block that page `pfn` is in. */
  around(pfn: number): PreservedBlock | undefined {
    const orders = this.#orders.get(stretchOf(pfn)) ?? 0;
    for (let order = 0; order <= STRETCH_ORDER; order++) {
      if ((orders & (1 << order)) === 0) continue;
      const start = pfn - (pfn % 2 ** order);
      const by = this.at(start, order);
      if (by !== undefined) return { pfn: start, order, by };
    }
    return this.#largeAround(pfn, undefined);
  }

  /** A block of another order that shares pages with this one. */
  overlapping(pfn: number, order: number): PreservedBlock | undefined {
    const end = pfn + 2 ** order;
    for (let stretch = stretchOf(pfn); stretch <= stretchOf(end - 1); stretch++) {
      const all = this.#orders.get(stretch) ?? 0;
      const others = order > STRETCH_ORDER ? all : all & ~(1 << order);
      if (others === 0) continue;
      const from = Math.max(pfn, stretch * 2 ** STRETCH_ORDER);
      const to = Math.min(end, (stretch + 1) * 2 ** STRETCH_ORDER);
      const found = this.#sharing(from, to, others);
      if (found !== undefined) return found;
    }
    return this.#largeAround(pfn, order);
  }

  /** A block of one of `orders`, as bits, with a page of the range, which is in one stretch. */
  #sharing(from: number, to: number, orders: number): PreservedBlock | undefined {
    for (let order = 0; order <= STRETCH_ORDER; order++) {
      if ((orders & (1 << order)) === 0) continue;
      const step = 2 ** order;
      for (let start = from - (from % step); start < to; start += step) {
        const by = this.at(start, order);
        if (by !== undefined) return { pfn: start, order, by };
      }
    }
    return undefined;
  }

  #largeAround(pfn: number, except: number | undefined): PreservedBlock | undefined {
    for (const order of this.#largeOrders) {
      const start = pfn - (pfn % 2 ** order);
      const by = order === except ? undefined : this.at(start, order);
      if (by !== undefined) return { pfn: start, order, by };
    }
    return undefined;
  }

  /** The first block with a page of the range. */
  within(start: number, end: number): PreservedBlock | undefined {
    for (let pfn = start; pfn < end; ) {
      const isEmpty = (this.#orders.get(stretchOf(pfn)) ?? 0) === 0;
      if (isEmpty && this.#largeOrders.size === 0) {
        pfn = (stretchOf(pfn) + 1) * 2 ** STRETCH_ORDER;
        continue;
      }
      const block = this.around(pfn);
      if (block !== undefined) return block;
      pfn += 1;
    }
    return undefined;
  }

  /** All blocks, ascending. */
  *blocks(): Iterable<PreservedBlock> {
    for (const key of this.#callOf.sortedKeys()) {
      const order = key % ORDERS;
      const by = this.#calls[this.#callOf.get(key) as number] as Preservation;
      yield { pfn: (key - order) / ORDERS, order, by };
    }
  }

  /** Page frames of all blocks, ascending; those that touch are one. */
  *ranges(): Iterable<Range> {
    let [start, end] = [0, 0];
    for (const key of this.#callOf.sortedKeys()) {
      const order = key % ORDERS;
      const pfn = (key - order) / ORDERS;
      if (pfn > end || end === 0) {
        if (end > start) yield { start, end };
        start = pfn;
      }
      end = Math.max(end, pfn + 2 ** order);
    }
    if (end > start) yield { start, end };
  }

  #indexOf(kind: PreserveKind, call: string, caller: Caller): number {
    const { driver, site } = caller;
    const last = this.#last;
    if (last?.kind === kind && last.call === call && isSame(last.caller, caller))
      return this.#lastIndex;
    this.#last = { kind, call, caller };
    this.#lastIndex = this.#find(kind, call, driver, site);
    return this.#lastIndex;
  }

  #find(kind: PreserveKind, call: string, driver: string, site: CallSite | undefined): number {
    const place = site === undefined ? '' : `${site.path}:${site.line}:${site.column}`;
    const key = `${kind} ${call} ${driver} ${place}`;
    const known = this.#callIndexes.get(key);
    if (known !== undefined) return known;
    const index = this.#calls.length;
    this.#calls.push({ kind, call, driver, ...(site === undefined ? {} : { site }) });
    this.#callIndexes.set(key, index);
    return index;
  }
}

function isSame(a: Caller, b: Caller): boolean {
  return a.driver === b.driver && a.site === b.site;
}

function stretchOf(pfn: number): number {
  return Math.floor(pfn / 2 ** STRETCH_ORDER);
}
