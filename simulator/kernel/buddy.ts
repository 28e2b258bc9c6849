// The page allocator: free blocks of 2^order pages, split and merged, in a zone for each node.
// Where a block comes from is drawn from the seed, so that nothing depends on placement by luck.
// Models mm/page_alloc.c.
import { assert } from '../../fdt/index.ts';
import { NumberMap } from '../machine/number-map.ts';
import type { Random } from '../machine/random.ts';
import { type Range, RangeSet } from '../machine/range-set.ts';
import { FreeList } from './free-list.ts';

/** MAX_PAGE_ORDER of x86_64 and arm64 with 4 KiB pages. */
export const MAX_PAGE_ORDER = 10;
const BLOCK_PAGES: number = 2 ** MAX_PAGE_ORDER;
/** Pieces of largest blocks that are split at once; what is more is split when it is needed. */
const MAX_PIECES_AT_ONCE = 4096;

/** `cma` blocks are scratch memory: only movable allocations may use them. */
export type MigrateType = 'normal' | 'cma';

/** The page frames of a NUMA node. */
export interface NodePages {
  readonly id: number;
  readonly ranges: readonly Range[];
}

/** What an allocation may use. */
export interface PlacementRequest {
  readonly isMovable: boolean;
  /** The node that is tried first; any if absent. */
  readonly node?: number;
  /** __GFP_THISNODE: no other node will do. */
  readonly isThisNodeOnly?: boolean;
}

interface Zone extends NodePages {
  readonly free: Readonly<Record<MigrateType, readonly FreeList[]>>;
  readonly pieces: Pieces;
}

/** Largest blocks of which parts are free, and which nobody has asked for yet. */
class Pieces {
  readonly #ranges: Range[] = [];
  /** Of each such block, by its number, its first range. */
  readonly #firstOf = new NumberMap();
  readonly #blocks: number[] = [];
  readonly #indexOf = new NumberMap();
  pages = 0;

  get length(): number {
    return this.#blocks.length;
  }

  /** A free range within one largest block, behind all others. */
  add(range: Range): void {
    const block = blockOf(range.start);
    if (!this.#firstOf.has(block)) {
      this.#firstOf.set(block, this.#ranges.length);
      this.#indexOf.set(block, this.#blocks.length);
      this.#blocks.push(block);
    }
    this.#ranges.push(range);
    this.pages += range.end - range.start;
  }

  at(index: number): number {
    return this.#blocks[index] as number;
  }

  /** The free ranges of a block, which are not here any more. */
  take(block: number): readonly Range[] {
    const index = this.#indexOf.get(block);
    const first = this.#firstOf.get(block);
    if (index === undefined || first === undefined) return [];
    const last = this.#blocks.pop() as number;
    this.#indexOf.delete(block);
    this.#firstOf.delete(block);
    if (last !== block) {
      this.#blocks[index] = last;
      this.#indexOf.set(last, index);
    }
    let end = first;
    while (end < this.#ranges.length && blockOf((this.#ranges[end] as Range).start) === block)
      end += 1;
    const taken = this.#ranges.slice(first, end);
    for (const range of taken) this.pages -= range.end - range.start;
    return taken;
  }
}

export class PageAllocator {
  readonly #random: Random;
  readonly #zones: readonly Zone[];
  readonly #cma = new RangeSet();

  constructor(random: Random, nodes: readonly NodePages[] = [EVERYWHERE]) {
    this.#random = random;
    const lists = (): FreeList[] =>
      Array.from({ length: MAX_PAGE_ORDER + 1 }, (_, order) => new FreeList(order));
    this.#zones = nodes.map(({ id, ranges }) => ({
      id,
      ranges,
      free: { normal: lists(), cma: lists() },
      pieces: new Pieces(),
    }));
  }

  /** Gives page frames to the allocator, ascending, as memblock_free_all() does. */
  addRanges(ranges: readonly Range[], type: MigrateType): void {
    const isManyPieces = ranges.length > MAX_PIECES_AT_ONCE;
    for (const range of ranges) {
      if (type === 'cma') this.#cma.add(range);
      for (const zone of this.#zones)
        for (const { start, end } of zone.ranges)
          this.#addToZone(
            zone,
            { start: Math.max(range.start, start), end: Math.min(range.end, end) },
            type,
            isManyPieces && type === 'normal',
          );
    }
  }

  #addToZone(zone: Zone, { start, end }: Range, type: MigrateType, isKept: boolean): void {
    if (start >= end) return;
    const firstWhole = Math.ceil(start / BLOCK_PAGES) * BLOCK_PAGES;
    const count = Math.max(0, Math.floor((end - firstWhole) / BLOCK_PAGES));
    const wholeEnd = firstWhole + count * BLOCK_PAGES;
    const pieces =
      count > 0
        ? [
            { start, end: firstWhole },
            { start: wholeEnd, end },
          ]
        : [
            { start, end: Math.min(end, firstWhole) },
            { start: Math.min(end, firstWhole), end },
          ];
    if (count > 0) (zone.free[type][MAX_PAGE_ORDER] as FreeList).addRun(firstWhole, count);
    for (const piece of pieces) {
      if (piece.start >= piece.end) continue;
      if (isKept) zone.pieces.add(piece);
      else this.#split(zone, piece, type);
    }
  }

  /** The first page frame of a block, or undefined if there is none. */
  allocate(
    order: number,
    { isMovable, node, isThisNodeOnly }: PlacementRequest,
  ): number | undefined {
    const types: readonly MigrateType[] = isMovable ? ['cma', 'normal'] : ['normal'];
    for (const zone of this.#zonesFrom(node)) {
      for (const type of types) {
        const pfn = this.#allocateIn(zone, type, order);
        if (pfn !== undefined) return pfn;
      }
      if (isThisNodeOnly) break;
    }
    return undefined;
  }

  /** Takes a block back and merges it with its free buddies. */
  free(pfn: number, order: number): void {
    assert(pfn % 2 ** order === 0, `block ${pfn} of order ${order} is not aligned`);
    const zone = this.#zoneAt(pfn);
    this.#wake(zone, blockOf(pfn));
    this.#release(zone, pfn, order, this.#cma.has(pfn) ? 'cma' : 'normal');
  }

  /** Pages that are free, of both types. */
  get freePages(): number {
    let pages = 0;
    for (const { free, pieces } of this.#zones) {
      pages += pieces.pages;
      for (const lists of Object.values(free))
        for (const [order, list] of lists.entries()) pages += list.length * 2 ** order;
    }
    return pages;
  }

  /** The zonelist: the node itself, then those whose numbers are nearest. */
  #zonesFrom(wanted: number | undefined): readonly Zone[] {
    const [only] = this.#zones;
    if (this.#zones.length === 1 && only !== undefined) return this.#zones;
    // Without a wish it is the node of the CPU, which may be any.
    const node = wanted ?? (this.#zones[this.#random.below(this.#zones.length)] as Zone).id;
    const distance = ({ id }: Zone): number => Math.abs(id - node);
    return [...this.#zones].sort((a, b) => distance(a) - distance(b));
  }

  #zoneAt(pfn: number): Zone {
    if (this.#zones.length > 1)
      for (const zone of this.#zones)
        for (const { start, end } of zone.ranges) if (start <= pfn && pfn < end) return zone;
    return this.#zones[0] as Zone;
  }

  #allocateIn(zone: Zone, type: MigrateType, order: number): number | undefined {
    const lists = zone.free[type];
    const { pieces } = zone;
    for (;;) {
      let choices = type === 'normal' && pieces.length > 0 ? 1 : 0;
      const isSplit = choices === 1;
      for (let each = order; each <= MAX_PAGE_ORDER; each++)
        if ((lists[each] as FreeList).length > 0) choices += 1;
      if (choices === 0) return undefined;
      // The real allocator takes the smallest block that suffices, which on a machine that just
      // booted is always the same one; where memory comes from must not be a thing to rely on.
      let choice = this.#random.below(choices);
      if (isSplit && choice === choices - 1) {
        this.#wake(zone, pieces.at(this.#random.below(pieces.length)));
        continue;
      }
      let from = order;
      for (; ; from++) if ((lists[from] as FreeList).length > 0 && choice-- === 0) break;
      const list = lists[from] as FreeList;
      const pfn = list.at(this.#random.below(list.length));
      list.remove(pfn);
      return this.#halve(lists, pfn, from, order);
    }
  }

  #halve(lists: readonly FreeList[], pfn: number, from: number, order: number): number {
    let kept = pfn;
    for (let half = from - 1; half >= order; half--) {
      const other = kept + 2 ** half;
      if (this.#random.below(2) === 0) (lists[half] as FreeList).add(other);
      else {
        (lists[half] as FreeList).add(kept);
        kept = other;
      }
    }
    return kept;
  }

  /** Splits what is free of a largest block, if nobody has yet. */
  #wake(zone: Zone, block: number): void {
    if (zone.pieces.length > 0)
      for (const range of zone.pieces.take(block)) this.#split(zone, range, 'normal');
  }

  #split(zone: Zone, { start, end }: Range, type: MigrateType): void {
    for (let pfn = start; pfn < end; ) {
      let order = MAX_PAGE_ORDER;
      while (pfn % 2 ** order !== 0 || pfn + 2 ** order > end) order -= 1;
      this.#release(zone, pfn, order, type);
      pfn += 2 ** order;
    }
  }

  #release({ free }: Zone, pfn: number, order: number, type: MigrateType): void {
    let start = pfn;
    let size = order;
    while (size < MAX_PAGE_ORDER) {
      const isUpper = Math.floor(start / 2 ** size) % 2 === 1;
      const buddy = isUpper ? start - 2 ** size : start + 2 ** size;
      if (!(free[type][size] as FreeList).remove(buddy)) break;
      start = Math.min(start, buddy);
      size += 1;
    }
    (free[type][size] as FreeList).add(start);
  }
}

const EVERYWHERE: NodePages = {
  id: 0,
  ranges: [{ start: 0, end: Number.POSITIVE_INFINITY }],
};

function blockOf(pfn: number): number {
  return Math.floor(pfn / BLOCK_PAGES);
}
