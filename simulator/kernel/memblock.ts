// The allocator of early boot: lists of what is memory and what is reserved. Models mm/memblock.c.
import { type Range, RangeSet } from '../machine/range-set.ts';

export class Memblock {
  readonly memory: RangeSet = new RangeSet();
  readonly reserved: RangeSet = new RangeSet();
  /** Ranges flagged MEMBLOCK_SCRATCH. */
  readonly scratch: RangeSet = new RangeSet();
  /** Set while only scratch memory may be allocated: all else may hold what was preserved. */
  isScratchOnly = false;

  /**
   * Allocates bytes top-down, or returns undefined if there is no room. Scratch memory is used in
   * scratch-only mode and, by the series of January 2024, at no other time.
   */
  allocate(sizeBytes: number, alignBytes: number): Range | undefined {
    const candidates = this.isScratchOnly
      ? this.scratch.without(this.reserved)
      : this.memory.without(this.reserved, this.scratch);
    for (const { start, end } of [...candidates.ranges].reverse()) {
      const from = Math.floor((end - sizeBytes) / alignBytes) * alignBytes;
      if (from < start) continue;
      const range = { start: from, end: from + sizeBytes };
      this.reserved.add(range);
      return range;
    }
    return undefined;
  }
}
