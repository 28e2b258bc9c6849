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
/** Ranges that are kept; 20 bytes each. */
export const MAX_RUNS: number = 32 << 20;
/** Values of one digit of a radix sort: few enough for the cache to hold an end for each. */
const DIGITS = 256;

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

  /** Puts the ranges in ascending order of their start; those of one start keep theirs. */
  sort(): this {
    if (this.#isAscending) return this;
    let most = 0;
    for (let i = 0; i < this.#length; i++) most = Math.max(most, this.start(i));
    const other = new PageRunList();
    other.#reserve(this.#length);
    for (let divisor = 1; divisor <= most; divisor *= DIGITS) this.#sortByDigit(divisor, other);
    this.#isAscending = true;
    return this;
  }

  /**
   * One pass of a radix sort, which moves whole ranges: a million of them are sorted in a tenth of
   * the time that sort() with a comparison takes. Afterwards `other` has what was here before.
   */
  #sortByDigit(divisor: number, other: PageRunList): void {
    const starts = this.#starts;
    const next = new Uint32Array(DIGITS + 1);
    for (let i = 0; i < this.#length; i++) {
      const digit = Math.floor((starts[i] as number) / divisor) % DIGITS;
      next[digit + 1] = (next[digit + 1] as number) + 1;
    }
    for (let digit = 1; digit < next.length; digit++)
      next[digit] = (next[digit] as number) + (next[digit - 1] as number);
    for (let i = 0; i < this.#length; i++) {
      const start = starts[i] as number;
      const digit = Math.floor(start / divisor) % DIGITS;
      const at = next[digit] as number;
      next[digit] = at + 1;
      other.#starts[at] = start;
      other.#pages[at] = this.#pages[i] as number;
      other.#tags[at] = this.#tags[i] as number;
    }
    [this.#starts, other.#starts] = [other.#starts, this.#starts];
    [this.#pages, other.#pages] = [other.#pages, this.#pages];
    [this.#tags, other.#tags] = [other.#tags, this.#tags];
  }

  #grow(): void {
    const { length } = this.#starts;
    this.#reserve(Math.min(MAX_RUNS, length + Math.max(INITIAL_CAPACITY, length >> 1)));
  }

  #reserve(capacity: number): void {
    const copy = <T extends Float64Array | Uint32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    if (capacity <= this.#starts.length) return;
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
  const sorted = lists.map((list) => list.sort()).filter((list) => list.length > 0);
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

/**
 * Index of the last range that starts at or before `pfn`, or -1; `runs` must be ascending. Of
 * ranges `from` to below `to` only, where those before `from` start at or before `pfn`.
 */
export function findRun(runs: PageRuns, pfn: number, from = 0, to: number = runs.length): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs.start(middle) <= pfn) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const RUNS_OF_SLOT = 4;

/**
 * Finds ranges as findRun() does, for whoever asks millions of times: it knows where to begin, so
 * that most answers take two accesses to memory and not twenty.
 */
export class RunIndex {
  readonly #runs: PageRuns;
  readonly #first: number;
  readonly #pagesOfSlot: number;
  /** Before slot i, how many ranges start. */
  readonly #before: Uint32Array;

  /** `runs` must be ascending and stay as they are. */
  constructor(runs: PageRuns) {
    this.#runs = runs;
    const { length } = runs;
    this.#first = length === 0 ? 0 : runs.start(0);
    const span = length === 0 ? 1 : runs.start(length - 1) - this.#first + 1;
    const slots = Math.min(span, Math.ceil((length + 1) / RUNS_OF_SLOT));
    this.#pagesOfSlot = Math.ceil(span / slots);
    this.#before = new Uint32Array(slots + 1);
    for (let run = 0, slot = 0; slot <= slots; slot++) {
      const start = this.#first + slot * this.#pagesOfSlot;
      while (run < length && runs.start(run) < start) run++;
      this.#before[slot] = run;
    }
  }

  /** Index of the last range that starts at or before `pfn`, or -1. */
  find(pfn: number): number {
    if (pfn < this.#first) return -1;
    const slot = Math.floor((pfn - this.#first) / this.#pagesOfSlot);
    if (slot + 1 >= this.#before.length) return this.#runs.length - 1;
    return findRun(this.#runs, pfn, this.#before[slot] as number, this.#before[slot + 1] as number);
  }
}

/** Whether page `pfn` is in any of `runs`, which must be ascending. */
export function hasPage(runs: PageRuns, pfn: number): boolean {
  const i = findRun(runs, pfn);
  return i >= 0 && pfn < runs.start(i) + runs.pages(i);
}
