// The allocator of early boot: lists of what is memory and what is reserved. Models mm/memblock.c.

import { type Range, RangeSet } from '../machine/range-set.ts';
import type { Caller } from './caller.ts';

/** sizeof(struct page): early boot allocates one for each page. */
export const STRUCT_PAGE_BYTES = 64;

/** What reserve_mem= reserves is nobody's to free, but the driver's who asks for it by name. */
export const RESERVE_MEM_OWNER: Caller = { driver: 'reserve_mem' };

export class Memblock {
  readonly memory: RangeSet = new RangeSet();
  readonly reserved: RangeSet = new RangeSet();
  /** What allocate() gave, and the kernel itself: MEMBLOCK_RSRV_KERN. */
  readonly allocated: RangeSet = new RangeSet();
  /** Ranges flagged MEMBLOCK_SCRATCH that were set aside as such. */
  readonly scratch: RangeSet = new RangeSet();
  /** Further ranges with that flag, which hold nothing that was preserved. */
  readonly extendedScratch: RangeSet = new RangeSet();
  /** What KFENCE guards objects in, if early boot has taken it. */
  kfencePool: Range | undefined;
  /** Set while only scratch memory may be allocated: all else may hold what was preserved. */
  isScratchOnly = false;

  /**
   * Allocates bytes top-down, or returns undefined if there is no room. Scratch memory is used in
   * scratch-only mode and, by the series of January 2024, at no other time. With `within` only
   * memory of those ranges is taken.
   */
  allocate(
    sizeBytes: number,
    alignBytes: number,
    within: readonly Range[] = EVERYWHERE,
  ): Range | undefined {
    const candidates = this.isScratchOnly
      ? new RangeSet([...this.scratch.ranges, ...this.extendedScratch.ranges]).without(
          this.reserved,
        )
      : this.memory.without(this.reserved, this.scratch);
    for (const candidate of [...candidates.ranges].reverse())
      for (const limit of [...within].reverse()) {
        const start = Math.max(candidate.start, limit.start);
        const end = Math.min(candidate.end, limit.end);
        const from = Math.floor((end - sizeBytes) / alignBytes) * alignBytes;
        if (from < start) continue;
        const range = { start: from, end: from + sizeBytes };
        this.reserved.add(range);
        this.allocated.add(range);
        return range;
      }
    return undefined;
  }
}

const EVERYWHERE: readonly Range[] = [{ start: 0, end: Number.POSITIVE_INFINITY }];
