// The page allocator: free blocks of 2^order pages, split and merged, in a zone for each node and
// apart by whether they can move. Where a block comes from is drawn from the seed, so that nothing
// depends on placement by luck. Models mm/page_alloc.c.
import { assert } from '../../fdt/index.ts';
import { type PageGeometry, pageGeometry } from '../../kho/index.ts';
import { NumberMap } from '../machine/number-map.ts';
import type { Random } from '../machine/random.ts';
import type { Range } from '../machine/range-set.ts';
import { FreeList } from './free-list.ts';
import { type MigrateType, MOBILITIES, type Mobility, Pageblocks } from './pageblocks.ts';

export type { MigrateType, Mobility } from './pageblocks.ts';

/** Pieces of largest blocks that are split at once; what is more is split when it is needed. */
const MAX_PIECES_AT_ONCE = 4096;

/** fallbacks[]: whose pages are taken when a type has none left. */
const FALLBACKS: Readonly<Record<Mobility, readonly Mobility[]>> = {
  unmovable: ['reclaimable', 'movable'],
  movable: ['reclaimable', 'unmovable'],
  reclaimable: ['unmovable', 'movable'],
};

/** The page frames of a NUMA node. */
export interface NodePages {
  readonly id: number;
  readonly ranges: readonly Range[];
}

/** What an allocation may use. */
export interface PlacementRequest {
  readonly mobility: Mobility;
  /** The node that is tried first; any if absent. */
  readonly node?: number;
  /** __GFP_THISNODE: no other node will do. */
  readonly isThisNodeOnly?: boolean;
}

type Lists = readonly FreeList[];

/** Smaller blocks of which there are so many leave enough to chance: larger ones stay whole. */
const ENOUGH_BLOCKS = 4096;

interface Zone extends NodePages {
  /** By migrate type, then by order. */
  readonly free: Readonly<Record<MigrateType, Lists>>;
  readonly pieces: Pieces;
  /** Blocks of the largest order that it had when it was empty, without scratch. */
  largest: number;
}

/** Largest blocks of which parts are free, and which nobody has asked for yet. */
class Pieces {
  readonly #ranges: Range[] = [];
  /** Of each such block, by its number, its first range. */
  readonly #firstOf = new NumberMap();
  readonly #blocks: number[] = [];
  readonly #indexOf = new NumberMap();
  readonly #blockPages: number;
  pages = 0;

  constructor(blockPages: number) {
    this.#blockPages = blockPages;
  }

  get length(): number {
    return this.#blocks.length;
  }

  /** A free range within one largest block, behind all others. */
  add(range: Range): void {
    const block = this.blockOf(range.start);
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

  /** The number of the largest block that a page is in. */
  blockOf(pfn: number): number {
    return Math.floor(pfn / this.#blockPages);
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
    const isIn = (index: number): boolean =>
      index < this.#ranges.length && this.blockOf((this.#ranges[index] as Range).start) === block;
    while (isIn(end)) end += 1;
    const taken = this.#ranges.slice(first, end);
    for (const range of taken) this.pages -= range.end - range.start;
    return taken;
  }
}

export class PageAllocator {
  readonly #random: Random;
  readonly #zones: readonly Zone[];
  readonly #maxOrder: number;
  readonly #pageblocks: Pageblocks;

  constructor(
    random: Random,
    nodes: readonly NodePages[] = [EVERYWHERE],
    geometry: PageGeometry = pageGeometry(4096),
  ) {
    this.#random = random;
    this.#maxOrder = geometry.maxOrder;
    this.#pageblocks = new Pageblocks(geometry.pageblockOrder);
    const lists = (): Lists =>
      Array.from({ length: this.#maxOrder + 1 }, (_, order) => new FreeList(order));
    this.#zones = nodes.map(({ id, ranges }) => ({
      id,
      ranges,
      free: { movable: lists(), unmovable: lists(), reclaimable: lists(), cma: lists() },
      pieces: new Pieces(2 ** this.#maxOrder),
      largest: 0,
    }));
  }

  /** Gives page frames to the allocator, ascending, as memblock_free_all() does. */
  addRanges(ranges: readonly Range[], type: 'movable' | 'cma'): void {
    const isManyPieces = ranges.length > MAX_PIECES_AT_ONCE;
    for (const range of ranges) {
      if (type === 'cma') this.#pageblocks.addCma(range);
      for (const zone of this.#zones)
        for (const { start, end } of zone.ranges)
          this.#addToZone(
            zone,
            { start: Math.max(range.start, start), end: Math.min(range.end, end) },
            type,
            isManyPieces && type === 'movable',
          );
    }
  }

  #addToZone(zone: Zone, { start, end }: Range, type: MigrateType, isKept: boolean): void {
    if (start >= end) return;
    const blockPages = 2 ** this.#maxOrder;
    const firstWhole = Math.ceil(start / blockPages) * blockPages;
    const count = Math.max(0, Math.floor((end - firstWhole) / blockPages));
    const wholeEnd = firstWhole + count * blockPages;
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
    if (count > 0) (zone.free[type][this.#maxOrder] as FreeList).addRun(firstWhole, count);
    if (type !== 'cma') zone.largest += count;
    for (const piece of pieces) {
      if (piece.start >= piece.end) continue;
      if (isKept) zone.pieces.add(piece);
      else this.#split(zone, piece, type);
    }
  }

  /** The first page frame of a block, or undefined if there is none. */
  allocate(
    order: number,
    { mobility, node, isThisNodeOnly }: PlacementRequest,
  ): number | undefined {
    if (order > this.#maxOrder) return undefined;
    for (const zone of this.#zonesFrom(node)) {
      if (isThisNodeOnly && node !== undefined && zone.id !== node) break;
      // The real one turns to CMA when most of what is free is there; this one always does, so
      // that nothing that must not be there stays out by luck.
      const scratch = mobility === 'movable' ? this.#allocateCma(zone, order) : undefined;
      const pfn = scratch ?? this.#allocateIn(zone, mobility, order);
      if (pfn !== undefined) return pfn;
      if (isThisNodeOnly) break;
    }
    return undefined;
  }

  /** A block that is not scratch, for what moves out of it. */
  allocateOutside(order: number): number | undefined {
    for (const zone of this.#zonesFrom(undefined)) {
      const pfn = this.#allocateIn(zone, 'movable', order);
      if (pfn !== undefined) return pfn;
    }
    return undefined;
  }

  /** The migrate type of the page block that a page is in. */
  typeOf(pfn: number): MigrateType {
    return this.#pageblocks.typeOf(pfn);
  }

  /** Takes a block back and merges it with its free buddies. */
  free(pfn: number, order: number): void {
    assert(pfn % 2 ** order === 0, `block ${pfn} of order ${order} is not aligned`);
    const zone = this.#zoneAt(pfn);
    this.#wake(zone, zone.pieces.blockOf(pfn));
    this.#release(zone, pfn, order, this.#pageblocks.typeOf(pfn));
  }

  /** Pages that are free, of all types. */
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

  #allocateCma(zone: Zone, order: number): number | undefined {
    const lists = zone.free.cma;
    const choices = countOf(lists, order);
    return choices === 0 ? undefined : this.#takeNth(lists, order, this.#random.below(choices));
  }

  #allocateIn(zone: Zone, mobility: Mobility, order: number): number | undefined {
    const lists = zone.free[mobility];
    const { pieces } = zone;
    const enough = enoughOrder(lists, order);
    if (enough !== undefined)
      return this.#takeNth(lists, order, this.#random.below(countOf(lists, order, enough + 1)));
    for (;;) {
      const own = countOf(lists, order);
      if (this.#isLargestScarce(zone)) {
        const smaller = countOf(lists, order, this.#maxOrder);
        if (smaller > 0) return this.#takeNth(lists, order, this.#random.below(smaller));
      }
      const split = pieces.length > 0 ? 1 : 0;
      // What cannot move gets whole blocks of what can. The real allocator does so when it has
      // nothing left for it, which on a machine that was up for long may be anywhere.
      const whole = mobility === 'movable' ? undefined : this.#wholeOrder(zone.free.movable, order);
      const choices = own + split + (whole === undefined ? 0 : 1);
      if (choices === 0) return this.#fallBack(zone, mobility, order);
      // The real allocator takes the smallest block that suffices, which on a machine that just
      // booted is always the same one; where memory comes from must not be a thing to rely on.
      const choice = this.#random.below(choices);
      if (choice < own) return this.#takeNth(lists, order, choice);
      if (choice === own && split === 1) {
        this.#wake(zone, pieces.at(this.#random.below(pieces.length)), mobility);
        continue;
      }
      return this.#claimWhole(zone, 'movable', whole as number, mobility, order);
    }
  }

  /**
   * Chance has broken up half of the largest blocks. The rest is for who needs one: a machine most
   * of whose memory is free has some, as the real allocator breaks up none without need.
   */
  #isLargestScarce({ free, largest }: Zone): boolean {
    let left = 0;
    for (const type of MOBILITIES) left += (free[type][this.#maxOrder] as FreeList).length;
    return left * 2 < largest;
  }

  /** One of the blocks of the nth order that has any. */
  #takeNth(lists: Lists, order: number, nth: number): number {
    let from = order;
    for (let left = nth; ; from++) if ((lists[from] as FreeList).length > 0 && left-- === 0) break;
    return this.#halve(lists, this.#draw(lists[from] as FreeList), from, order);
  }

  #draw(list: FreeList): number {
    const pfn = list.at(this.#random.below(list.length));
    list.remove(pfn);
    return pfn;
  }

  /** The largest order of blocks that are page blocks as a whole, if there are any. */
  #wholeOrder(lists: Lists, order: number): number | undefined {
    for (let from = this.#maxOrder; from >= Math.max(order, this.#pageblocks.order); from--)
      if ((lists[from] as FreeList).length > 0) return from;
    return undefined;
  }

  /** try_to_claim_block() of whole page blocks, which change their type. */
  #claimWhole(zone: Zone, from: Mobility, size: number, to: Mobility, order: number): number {
    const pfn = this.#draw(zone.free[from][size] as FreeList);
    this.#pageblocks.change({ start: pfn, end: pfn + 2 ** size }, to);
    return this.#halve(zone.free[to], pfn, size, order);
  }

  /** __rmqueue_claim() and __rmqueue_steal(): pages that were meant for others. */
  #fallBack(zone: Zone, mobility: Mobility, order: number): number | undefined {
    const others = FALLBACKS[mobility];
    for (const other of others) {
      const size = this.#wholeOrder(zone.free[other], order);
      if (size !== undefined) return this.#claimWhole(zone, other, size, mobility, order);
    }
    const { order: blockOrder } = this.#pageblocks;
    // What can move does no lasting harm where it is, and so does not change a block for little.
    if (mobility !== 'movable' || order >= blockOrder / 2)
      for (let size = Math.min(blockOrder, this.#maxOrder) - 1; size >= order; size--)
        for (const other of others) {
          const list = zone.free[other][size] as FreeList;
          if (list.length === 0) continue;
          const pfn = list.at(this.#random.below(list.length));
          if (!this.#claimPart(zone, pfn, other, mobility)) continue;
          return this.#takeNth(zone.free[mobility], order, 0);
        }
    for (let size = order; size <= this.#maxOrder; size++)
      for (const other of others) {
        const lists = zone.free[other];
        const list = lists[size] as FreeList;
        if (list.length > 0) return this.#halve(lists, this.#draw(list), size, order);
      }
    return undefined;
  }

  /** Makes a page block another type's, if at least half of it is free. */
  #claimPart(zone: Zone, pfn: number, from: Mobility, to: Mobility): boolean {
    const { start, end } = this.#pageblocks.around(pfn);
    const found: { readonly pfn: number; readonly order: number }[] = [];
    let pages = 0;
    for (let at = start; at < end; ) {
      const order = zone.free[from].findIndex((list) => list.has(at));
      if (order >= 0) found.push({ pfn: at, order });
      pages += order < 0 ? 0 : 2 ** order;
      at += order < 0 ? 1 : 2 ** order;
    }
    if (pages * 2 < end - start) return false;
    this.#pageblocks.change({ start, end }, to);
    for (const each of found) {
      (zone.free[from][each.order] as FreeList).remove(each.pfn);
      (zone.free[to][each.order] as FreeList).add(each.pfn);
    }
    return true;
  }

  #halve(lists: Lists, pfn: number, from: number, order: number): number {
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

  /** Splits what is free of a largest block, if nobody has yet; makes it `mobility`'s, if given. */
  #wake(zone: Zone, block: number, mobility?: Mobility): void {
    if (zone.pieces.length === 0) return;
    for (const range of zone.pieces.take(block)) {
      if (mobility !== undefined) this.#pageblocks.change(range, mobility);
      this.#split(zone, range, undefined);
    }
  }

  /** Gives pages to the lists of a type or, without one, of the type that each page block has. */
  #split(zone: Zone, { start, end }: Range, type: MigrateType | undefined): void {
    const most = type === undefined ? this.#pageblocks.order : this.#maxOrder;
    for (let pfn = start; pfn < end; ) {
      let order = most;
      while (pfn % 2 ** order !== 0 || pfn + 2 ** order > end) order -= 1;
      this.#release(zone, pfn, order, type ?? this.#pageblocks.typeOf(pfn));
      pfn += 2 ** order;
    }
  }

  #release({ free }: Zone, pfn: number, order: number, type: MigrateType): void {
    let start = pfn;
    let size = order;
    while (size < this.#maxOrder) {
      const isUpper = Math.floor(start / 2 ** size) % 2 === 1;
      const buddy = isUpper ? start - 2 ** size : start + 2 ** size;
      if (!(free[type][size] as FreeList).remove(buddy) && !this.#adopt(free, buddy, size, type))
        break;
      start = Math.min(start, buddy);
      size += 1;
    }
    (free[type][size] as FreeList).add(start);
  }

  /** Whole page blocks merge with others whatever their type, scratch excepted. */
  #adopt(free: Zone['free'], buddy: number, order: number, type: MigrateType): boolean {
    if (order < this.#pageblocks.order || type === 'cma') return false;
    for (const other of FALLBACKS[type]) {
      if (!(free[other][order] as FreeList).remove(buddy)) continue;
      this.#pageblocks.change({ start: buddy, end: buddy + 2 ** order }, type);
      return true;
    }
    return false;
  }
}

/** The first order from `order` on that has so many blocks that one of them may be anywhere. */
function enoughOrder(lists: Lists, order: number): number | undefined {
  for (let each = order; each < lists.length - 1; each++)
    if ((lists[each] as FreeList).length >= ENOUGH_BLOCKS) return each;
  return undefined;
}

/** Orders from `order` on that have free blocks. */
function countOf(lists: Lists, order: number, end: number = lists.length): number {
  let count = 0;
  for (let each = order; each < end; each++) if ((lists[each] as FreeList).length > 0) count += 1;
  return count;
}

const EVERYWHERE: NodePages = {
  id: 0,
  ranges: [{ start: 0, end: Number.POSITIVE_INFINITY }],
};
