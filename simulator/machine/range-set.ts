/** A half-open range of numbers: addresses in bytes, or page frame numbers. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Disjoint ranges, ascending; ranges that touch are one. */
export class RangeSet {
  #ranges: Range[] = [];

  /** Of ranges in any order, which may overlap. */
  constructor(ranges: Iterable<Range> = []) {
    const sorted = [...ranges].filter(isNotEmpty).sort((a, b) => a.start - b.start);
    for (const { start, end } of sorted) {
      const last = this.#ranges.at(-1);
      if (last === undefined || last.end < start) this.#ranges.push({ start, end });
      else if (last.end < end) this.#ranges[this.#ranges.length - 1] = { start: last.start, end };
    }
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  /** The sum of the ranges' lengths. */
  get size(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  add({ start, end }: Range): void {
    if (start >= end) return;
    const first = this.#firstEndingFrom(start);
    let last = first;
    let merged = { start, end };
    for (let next = this.#ranges[last]; next !== undefined && next.start <= end; ) {
      merged = { start: Math.min(merged.start, next.start), end: Math.max(merged.end, next.end) };
      last += 1;
      next = this.#ranges[last];
    }
    this.#ranges.splice(first, last - first, merged);
  }

  remove({ start, end }: Range): void {
    if (start >= end) return;
    const kept: Range[] = [];
    const first = this.#firstEndingFrom(start);
    let last = first;
    for (let next = this.#ranges[last]; next !== undefined && next.start < end; ) {
      if (next.start < start) kept.push({ start: next.start, end: start });
      if (next.end > end) kept.push({ start: end, end: next.end });
      last += 1;
      next = this.#ranges[last];
    }
    // A range that only touches is kept as it is.
    if (last > first) this.#ranges.splice(first, last - first, ...kept.filter(isNotEmpty));
  }

  clear(): void {
    this.#ranges = [];
  }

  has(value: number): boolean {
    return this.around(value) !== undefined;
  }

  /** The range that a number is in. */
  around(value: number): Range | undefined {
    const range = this.#ranges[this.#firstEndingFrom(value + 1)];
    return range !== undefined && range.start <= value ? range : undefined;
  }

  /** True if any number of the range is in the set. */
  overlaps({ start, end }: Range): boolean {
    const range = this.#ranges[this.#firstEndingFrom(start + 1)];
    return start < end && range !== undefined && range.start < end;
  }

  /** Adds many ranges at once, in any order. */
  addAll(ranges: Iterable<Range>): void {
    this.#ranges = new RangeSet([...this.#ranges, ...ranges]).#ranges;
  }

  /** What is in this set and not in `others`. */
  without(...others: readonly RangeSet[]): RangeSet {
    const result = new RangeSet();
    const taken =
      others.length === 1 ? others[0] : new RangeSet(others.flatMap((each) => each.ranges));
    const holes = taken?.ranges ?? [];
    let at = 0;
    for (const { start, end } of this.#ranges) {
      let from = start;
      while (at < holes.length && (holes[at] as Range).end <= start) at += 1;
      for (; at < holes.length && (holes[at] as Range).start < end; at++) {
        const hole = holes[at] as Range;
        if (from < hole.start) result.#ranges.push({ start: from, end: hole.start });
        from = Math.max(from, hole.end);
        // It may reach into the next range.
        if (hole.end > end) break;
      }
      if (from < end) result.#ranges.push({ start: from, end });
    }
    return result;
  }

  /** Index of the first range whose end is at least `value`. */
  #firstEndingFrom(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as Range).end < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isNotEmpty({ start, end }: Range): boolean {
  return start < end;
}
