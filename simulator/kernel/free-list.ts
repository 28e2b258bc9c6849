import { NumberMap } from '../machine/number-map.ts';

/** Blocks next to each other that were there from the beginning. */
interface Run {
  readonly pfn: number;
  readonly count: number;
  /** Index of the first of them. */
  readonly index: number;
}

/** An index that a block had in the beginning and has no more. */
const GONE = -1;

/**
 * Free blocks of one order: constant-time add, remove and draw. Blocks that nobody has touched are
 * runs, so that a machine of many terabytes takes no more memory than a small one.
 */
export class FreeList {
  readonly #blockPages: number;
  readonly #runs: Run[] = [];
  #runCount = 0;
  /** Blocks at indexes from #runCount on. */
  #added: number[] = [];
  /** Blocks at smaller indexes that are not those of the runs. */
  readonly #moved = new Map<number, number>();
  /** Where blocks are that are not where the runs say. */
  readonly #indexOf = new NumberMap();
  #length = 0;

  constructor(order: number) {
    this.#blockPages = 2 ** order;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds blocks next to each other, behind all that there are and before others were added. */
  addRun(pfn: number, count: number): void {
    const last = this.#runs.at(-1);
    const isBehind = last === undefined || last.pfn + last.count * this.#blockPages <= pfn;
    if (this.#length === this.#runCount && this.#indexOf.size === 0 && isBehind) {
      this.#runs.push({ pfn, count, index: this.#runCount });
      this.#runCount += count;
      this.#length += count;
    } else for (let i = 0; i < count; i++) this.add(pfn + i * this.#blockPages);
  }

  at(index: number): number {
    if (index >= this.#runCount) return this.#added[index - this.#runCount] as number;
    const moved = this.#moved.get(index);
    if (moved !== undefined) return moved;
    const { pfn, index: first } = this.#runs[this.#runBefore('index', index)] as Run;
    return pfn + (index - first) * this.#blockPages;
  }

  has(pfn: number): boolean {
    return this.#find(pfn) !== undefined;
  }

  add(pfn: number): void {
    this.#put(this.#length, pfn);
    this.#length += 1;
  }

  remove(pfn: number): boolean {
    const index = this.#find(pfn);
    if (index === undefined) return false;
    this.#length -= 1;
    const last = this.at(this.#length);
    this.#leave(pfn);
    this.#moved.delete(this.#length);
    if (this.#length >= this.#runCount) this.#added.pop();
    if (last !== pfn) this.#put(index, last);
    return true;
  }

  #put(index: number, pfn: number): void {
    if (index >= this.#runCount) this.#added[index - this.#runCount] = pfn;
    else this.#moved.set(index, pfn);
    this.#indexOf.set(pfn, index);
  }

  #leave(pfn: number): void {
    if (this.#originalIndex(pfn) === undefined) this.#indexOf.delete(pfn);
    else this.#indexOf.set(pfn, GONE);
  }

  #find(pfn: number): number | undefined {
    const index = this.#indexOf.get(pfn);
    if (index !== undefined) return index === GONE ? undefined : index;
    return this.#originalIndex(pfn);
  }

  #originalIndex(pfn: number): number | undefined {
    if (this.#runs.length === 0) return undefined;
    const run = this.#runs[this.#runBefore('pfn', pfn)];
    if (run === undefined) return undefined;
    const offset = (pfn - run.pfn) / this.#blockPages;
    return Number.isInteger(offset) && offset < run.count ? run.index + offset : undefined;
  }

  /** The last run that begins at `value` or before it; -1 if there is none. */
  #runBefore(key: 'index' | 'pfn', value: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle] as Run)[key] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
