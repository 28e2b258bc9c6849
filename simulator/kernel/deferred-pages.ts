// CONFIG_DEFERRED_STRUCT_PAGE_INIT: which struct pages early boot leaves for later. Models
// defer_init() of mm/mm_init.c.
import type { Machine, MachineNode } from '../machine/machine.ts';
import type { Range } from '../machine/range-set.ts';

/** Where the last zone of a node begins that has memory above it. */
const ZONE_NORMAL_START = 2 ** 32;
/** Where ZONE_DMA ends; ZONE_DMA32 is behind it. */
const ZONE_DMA_END: number = 16 << 20;
/** Bytes of a section of the sparse memory model, by the size of pages. */
const SECTION_BYTES: Readonly<Record<number, number>> = {
  4096: 2 ** 27,
  16384: 2 ** 27,
  65536: 2 ** 29,
};

/**
 * Of each node the memory, in bytes, whose struct pages are set up when early boot is over: all of
 * its last zone from the first section on that begins after a section of pages was set up.
 */
export function deferredRanges({ nodes, pageBytes, architecture }: Machine): readonly Range[] {
  const section = SECTION_BYTES[pageBytes] ?? 2 ** 27;
  const dmaEnd = architecture === 'x86_64' ? ZONE_DMA_END : 0;
  return nodes.flatMap((node) => deferredOf(node, section, dmaEnd));
}

function deferredOf({ ranges }: MachineNode, section: number, dmaEnd: number): readonly Range[] {
  const nodeEnd = ranges.at(-1)?.end ?? 0;
  const zoneStart = nodeEnd > ZONE_NORMAL_START ? ZONE_NORMAL_START : dmaEnd;
  let done = 0;
  for (const range of ranges) {
    const start = Math.max(range.start, zoneStart);
    if (start >= range.end) continue;
    const least = start + Math.max(0, section - done);
    const first = Math.ceil(least / section) * section;
    if (first < range.end) {
      const later = ranges.filter((each) => each.start > range.start);
      return [{ start: first, end: range.end }, ...later];
    }
    done += range.end - start;
  }
  return [];
}
