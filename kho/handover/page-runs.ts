// Page ranges by the million. A machine may preserve ten million folios: an object for each would
// cost more memory than the folios are worth, so ranges live in typed arrays.

/** Ranges of pages, each with a tag; ascending if made by mergeRuns(), as added otherwise. */
export interface PageRuns {
  readonly length: number;
  /** First page frame number of range `i`. */
  start(i: number): number;
  /** Pages of range `i`. */
  pages(i: number): number;
  /** What the ranges are told apart by: the order of the blocks in it, or an owner. */
  tag(i: number): number;
}

const INITIAL_CAPACITY = 64;
/** Ranges that are kept; 17 bytes each. */
export const MAX_RUNS: number = 32 << 20;

/** Collects ranges. A range that goes on where the last one with the same tag ended extends it. */
export class PageRunList implements PageRuns {
  #starts = new Float64Array(INITIAL_CAPACITY);
  #pages = new Float64Array(INITIAL_CAPACITY);
  #tags = new Uint32Array(INITIAL_CAPACITY);
  #length = 0;
  #isAscending = true;

  get length(): number {
    return this.#length;
  }

  /** Each range starts at or behind the start of the one before it. */
  get isAscending(): boolean {
    return this.#isAscending;
  }

  /** False, and nothing added, if there are MAX_RUNS ranges already. */
  add(start: number, pages: number, tag: number): boolean {
    const last = this.#length - 1;
    if (last >= 0) {
      const before = this.#starts[last] as number;
      if (this.#tags[last] === tag && before + (this.#pages[last] as number) === start) {
        this.#pages[last] = (this.#pages[last] as number) + pages;
        return true;
      }
      if (start < before) this.#isAscending = false;
    }
    if (this.#length === MAX_RUNS) return false;
    if (this.#length === this.#starts.length) this.#grow();
    this.#starts[this.#length] = start;
    this.#pages[this.#length] = pages;
    this.#tags[this.#length] = tag;
    this.#length += 1;
    return true;
  }

  start(i: number): number {
    return this.#starts[i] as number;
  }

  pages(i: number): number {
    return this.#pages[i] as number;
  }

  tag(i: number): number {
    return this.#tags[i] as number;
  }

  /** The same ranges, ascending by their start; ranges of one start keep their order. */
  sorted(): PageRunList {
    if (this.#isAscending) return this;
    const sorted = new PageRunList();
    for (const i of this.#ascendingOrder()) sorted.add(this.start(i), this.pages(i), this.tag(i));
    return sorted;
  }

  /** Indexes by ascending start: a radix sort, since sort() with a comparison takes ten times as
   *  long. Page frame numbers have at most 48 bits. */
  #ascendingOrder(): Uint32Array {
    let order = Uint32Array.from({ length: this.#length }, (_, i) => i);
    let target = new Uint32Array(this.#length);
    for (const divisor of [1, 2 ** 16, 2 ** 32]) {
      const digitOf = (i: number): number =>
        Math.floor((this.#starts[i] as number) / divisor) % 2 ** 16;
      const next = new Uint32Array(2 ** 16 + 1);
      for (const i of order) {
        const digit = digitOf(i) + 1;
        next[digit] = (next[digit] as number) + 1;
      }
      for (let digit = 1; digit < next.length; digit++)
        next[digit] = (next[digit] as number) + (next[digit - 1] as number);
      for (const i of order) {
        const digit = digitOf(i);
        const at = next[digit] as number;
        next[digit] = at + 1;
        target[at] = i;
      }
      [order, target] = [target, order];
    }
    return order;
  }

  #grow(): void {
    const capacity = Math.min(MAX_RUNS, this.#starts.length * 2);
    const copy = <T extends Float64Array | Uint32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#starts = copy(new Float64Array(capacity), this.#starts);
    this.#pages = copy(new Float64Array(capacity), this.#pages);
    this.#tags = copy(new Uint32Array(capacity), this.#tags);
  }
}

/** One range that begins before another ends. */
export interface RunOverlap {
  readonly start: number;
  readonly pages: number;
  readonly tags: readonly [number, number];
}

/** Overlaps that are told one by one. */
const MAX_OVERLAPS = 100;

export interface MergedRuns {
  readonly runs: PageRuns;
  readonly overlaps: readonly RunOverlap[];
  /** Overlaps found, those beyond `overlaps` included. */
  readonly overlapCount: number;
}

/**
 * All ranges of `lists` in one ascending list. Where two overlap, both stay in it and the overlap
 * is told.
 */
export function mergeRuns(lists: readonly PageRunList[]): MergedRuns {
  const sorted = lists.map((list) => list.sorted()).filter((list) => list.length > 0);
  const next = sorted.map(() => 0);
  const [only] = sorted;
  const runs = sorted.length === 1 && only !== undefined ? only : new PageRunList();
  const overlaps: RunOverlap[] = [];
  let overlapCount = 0;
  let end = -1;
  let endTag = 0;
  for (;;) {
    let from = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < sorted.length; i++) {
      const list = sorted[i] as PageRunList;
      const at = next[i] as number;
      if (at < list.length && list.start(at) < least) {
        least = list.start(at);
        from = i;
      }
    }
    const list = sorted[from];
    if (list === undefined) return { runs, overlaps, overlapCount };
    const at = next[from] as number;
    next[from] = at + 1;
    const pages = list.pages(at);
    const tag = list.tag(at);
    if (least < end) {
      overlapCount += 1;
      const shared = Math.min(end, least + pages) - least;
      if (overlaps.length < MAX_OVERLAPS)
        overlaps.push({ start: least, pages: shared, tags: [endTag, tag] });
    }
    if (least + pages > end) {
      end = least + pages;
      endTag = tag;
    }
    if (runs !== only) runs.add(least, pages, tag);
  }
}

/** Index of the last range that starts at or before `pfn`, or -1. `runs` must be ascending. */
export function findRun(runs: PageRuns, pfn: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs.start(middle) <= pfn) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether page `pfn` is in any of `runs`, which must be ascending. */
export function hasPage(runs: PageRuns, pfn: number): boolean {
  const i = findRun(runs, pfn);
  return i >= 0 && pfn < runs.start(i) + runs.pages(i);
}
