// kho_restore_*(): memory of the kernel before becomes a driver's, once.
import { hexText, LARGEST_MAX_ORDER, pageGeometry } from '../../../kho/index.ts';
import { staleSaid } from '../../kernel/bad-address.ts';
import type { Block } from '../../kernel/blocks.ts';
import { type Caller, siteOf } from '../../kernel/kernel.ts';
import { lostMemory } from '../../kernel/lost-memory.ts';
import { NumberMap } from '../../machine/number-map.ts';
import type { Incoming } from './incoming.ts';
import type { Preservations, PreserveKind } from './preservations.ts';
import { orderAt, preservedHere } from './preserve.ts';
import { chunksOf, readPreservation } from './preserve-vmalloc.ts';
import {
  type CalledBy,
  type Context,
  findingAt,
  hasDefect,
  KHO,
  kernelBugAt,
  Oops,
} from './state.ts';

/** What each way of taking back may be used for. */
const TAKES: Readonly<Record<'folio' | 'pages' | 'vmalloc', readonly PreserveKind[]>> = {
  folio: ['folio', 'alloc', 'kho'],
  pages: ['pages', 'kho'],
  vmalloc: ['vmalloc', 'kho'],
};

/** What became of struct pages of a block, as whoever frees them is told. */
const TAILS = 'all its pages but the first have the count and the reserved bit of early boot';
const COMPOUND = 'it is a page of a folio, which has one count in its first page';

/** Largest struct kho_vmalloc that is put together again, in pages: 64 GiB. */
const MAX_AREA_PAGES = 1 << 24;

export class Restorer {
  readonly #context: Context;
  readonly #incoming: Incoming | undefined;
  /** What the kernel before knows of who preserved what: for findings alone. */
  readonly #origins: Preservations | undefined;
  /** Who took a block back, by its first page. */
  readonly #restored = new NumberMap();
  readonly #restorers: CalledBy[] = [];
  #lastBy: CalledBy | undefined;
  #lastIndex = 0;
  /** One object for all calls of a place. */
  readonly #callers = new Map<string, number>();

  constructor(
    context: Context,
    incoming: Incoming | undefined,
    origins: Preservations | undefined,
  ) {
    this.#context = context;
    this.#incoming = incoming;
    this.#origins = origins;
    context.kernel.handedOverAt = (pfn) => {
      const block = incoming?.memory.has(pfn) ? origins?.around(pfn) : undefined;
      if (block === undefined) return [];
      origins?.account(block.pfn, block.pfn + 1);
      return [preservedHere(block.by, context.kernel.number - 1)];
    };
  }

  /** kho_restore_folio(): the address of its first byte, or undefined for NULL. */
  folio(address: number, by: CalledBy): number | undefined {
    const { kernel } = this.#context;
    const pfn = kernel.pfnOf(address);
    const order = this.#take(pfn, by);
    if (order === undefined) return undefined;
    this.#checkKind(pfn, order, 'folio', by);
    const { driver, site } = by.caller;
    const damage = order > 0 && hasDefect(this.#context, 'folio-tails-uninitialised');
    kernel.restore({
      ...{ pfn, order, owner: driver, kind: 'folio', ...siteOf(site && { site }) },
      ...(damage ? { damage: TAILS } : {}),
    });
    return kernel.addressOf(pfn);
  }

  /** kho_restore_pages(); what was taken back before a failure stays so. */
  pages(address: number, count: number, by: CalledBy): number | undefined {
    return this.#pages(address, count, 'pages', by);
  }

  /** kho_restore_free() of memory at a physical address. */
  free(address: number, by: CalledBy): void {
    const folio = this.folio(address, by);
    if (folio === undefined) this.#context.kernel.warn('kho_restore_free', true);
    else this.#context.kernel.putFolio(folio, by.caller);
  }

  /** kho_restore_vmalloc(): the address of the new area, or undefined for NULL. */
  vmalloc(bytes: Uint8Array, by: CalledBy): bigint | undefined {
    const { kernel } = this.#context;
    const { first, totalPages, flags, order } = readPreservation(this.#context, bytes);
    if (totalPages > MAX_AREA_PAGES) return this.#areaFailed(0, 'it has too many pages', by);
    if (this.#isTakenAgain(first, by)) return undefined;
    const blocks: number[] = [];
    const perBlock = 2 ** order;
    for (const { address, blocks: listed, isFull } of chunksOf(this.#context, first)) {
      if (isFull && hasDefect(this.#context, 'full-chunk-overrun'))
        this.#overrun(address, listed.length, by);
      for (const block of listed) {
        if ((blocks.length + 1) * perBlock > totalPages)
          return this.#areaFailed(blocks.length, 'it lists more pages than it has', by);
        if (this.#pages(block, perBlock, 'vmalloc', by) === undefined)
          return this.#areaLost(blocks.length, by);
        blocks.push(kernel.pfnOf(block));
      }
      if (this.#pages(address, 1, 'vmalloc', by) === undefined)
        return this.#areaLost(blocks.length, by);
      kernel.freePages(address, 0, KHO);
    }
    if (blocks.length * perBlock !== totalPages)
      return this.#areaFailed(blocks.length, 'it lists fewer pages than it has', by);
    const { driver: owner, site } = by.caller;
    const info = { order, owner, kind: 'vmalloc', ...siteOf(site && { site }) } as const;
    for (const pfn of blocks) {
      for (let page = pfn; page < pfn + perBlock; page++) kernel.blocks.remove({ pfn: page });
      kernel.blocks.add(pfn, info);
    }
    const kind = (flags & 2) === 0 ? 'alloc' : 'alloc-huge';
    const isUnfilled = order > 0 && hasDefect(this.#context, 'page-array-unfilled');
    const unfilled = isUnfilled ? { unfilledPages: blocks.length * (perBlock - 1) } : {};
    const from = siteOf(site && { site });
    return kernel.vmalloc.add({ kind, order, blocks, owner, ...from, ...unfilled }).address;
  }

  /** True, with a finding, for an area whose first chunk is gone since it was taken back. */
  #isTakenAgain(chunk: number, by: CalledBy): boolean {
    const { kernel } = this.#context;
    const pfn = kernel.pfnOf(chunk);
    const isThere = this.#incoming?.memory.orderAt(pfn) !== undefined;
    if (isThere || this.#restored.get(pfn) === undefined) return false;
    this.#reportUnknown(pfn, by);
    kernel.warn('kho_restore_page');
    return true;
  }

  /** Says what nobody took back: once for each call that preserved it. */
  finish(): void {
    const { kernel } = this.#context;
    const lost = new Map<string, { pages: number; by: ReturnType<Preservations['at']> }>();
    for (const [pfn, order] of this.#incoming?.memory.blocks() ?? []) {
      const by = this.#origins?.at(pfn, order);
      if (by === undefined || by.kind === 'kho' || this.#origins?.isAccounted(pfn)) continue;
      if (kernel.diedIn.has(by.driver)) continue;
      const key = `${by.kind} ${by.driver} ${by.site?.path}:${by.site?.line}:${by.site?.column}`;
      const pages = (lost.get(key)?.pages ?? 0) + 2 ** order;
      lost.set(key, { pages, by });
    }
    for (const { pages, by } of lost.values()) {
      const bytes = pages * kernel.machine.pageBytes;
      kernel.recorder.finding({
        rule: 'never-restored',
        severity: 'warning',
        message:
          `${bytes} bytes that ${by?.call}() preserved were never restored by kernel ` +
          `${kernel.number}`,
        help: 'restore all that was preserved, or its memory is lost until the machine is reset',
        ...(by === undefined ? {} : { driver: by.driver }),
        ...siteOf(by),
        related: [],
      });
    }
  }

  #pages(
    address: number,
    count: number,
    how: 'pages' | 'vmalloc',
    by: CalledBy,
  ): number | undefined {
    const { kernel } = this.#context;
    const start = kernel.pfnOf(address);
    const end = start + count;
    let coveredTo = start;
    for (let pfn = start; pfn < end; ) {
      // What begins within a block that was larger than its step has no magic: that is said.
      if (pfn < coveredTo && this.#context.release.restore.checksMagic && !this.#isHead(pfn)) {
        kernel.warn('kho_restore_page');
        return undefined;
      }
      const step = this.#stepAt(pfn, end);
      const order = this.#take(pfn, by);
      if (order === undefined) {
        if (pfn > start) this.#reportPartly(start, pfn, by);
        return undefined;
      }
      this.#checkKind(pfn, order, how, by);
      if (order !== step) this.#reportOtherRange(pfn, order, step, by);
      this.#givePages(pfn, order, by.caller);
      coveredTo = pfn + 2 ** order;
      pfn += 2 ** step;
    }
    return kernel.addressOf(start);
  }

  /** The steps are those of preserving, but for the boundaries of nodes, unless that is mended. */
  #stepAt(pfn: number, end: number): number {
    const { kernel, release } = this.#context;
    const isMended = !hasDefect(this.#context, 'restore-ignores-nodes');
    return orderAt(kernel, pfn, end, isMended && release.preserve.splitsAtNodes);
  }

  #isHead(pfn: number): boolean {
    return this.#incoming?.memory.orderAt(pfn) !== undefined;
  }

  /** Pages that are each a block of their own. */
  #givePages(pfn: number, order: number, { driver, site }: Caller): void {
    const { kernel } = this.#context;
    const isFolio = order > 0 && hasDefect(this.#context, 'pages-restored-as-folio');
    const damage = isFolio ? { damage: COMPOUND } : {};
    const from = siteOf(site && { site });
    const info = { order: 0, owner: driver, kind: 'pages', ...from, ...damage } as const;
    for (let page = pfn; page < pfn + 2 ** order; page++) kernel.restore({ pfn: page, ...info });
  }

  /** kho_restore_page(): the order of the block, or undefined if there is none to be had. */
  #take(pfn: number, by: CalledBy): number | undefined {
    const { kernel, release } = this.#context;
    const { checksMagic, refusesLargeOrders } = release.restore;
    const { maxOrder } = pageGeometry(kernel.machine.pageBytes);
    if (!kernel.isRam({ start: kernel.addressOf(pfn), end: kernel.addressOf(pfn + 1) })) {
      this.#reportUnknown(pfn, by);
      return undefined;
    }
    const order = this.#incoming?.memory.orderAt(pfn);
    if (order === undefined || (refusesLargeOrders && order > maxOrder)) {
      this.#reportUnknown(pfn, by);
      if (checksMagic || order !== undefined) {
        if (checksMagic) kernel.warn('kho_restore_page');
        return undefined;
      }
      // Nothing tells a page that was preserved from one that was not.
      return this.#restoredOrder.get(pfn) ?? 0;
    }
    this.#checkStructPages(pfn, order);
    this.#incoming?.memory.clear(pfn);
    this.#restored.set(pfn, this.#indexOf(by));
    if (!checksMagic && order > 0) this.#restoredOrder.set(pfn, order);
    return order;
  }

  /** adjust_managed_page_count() looks for the zone of a page that has none yet. */
  #checkStructPages(pfn: number, order: number): void {
    if (!hasDefect(this.#context, 'deferred-pages-uninitialised')) return;
    const { kernel } = this.#context;
    const [start, end] = [kernel.addressOf(pfn), kernel.addressOf(pfn + 2 ** order)];
    if (!kernel.deferred.some((range) => start < range.end && range.start < end)) return;
    throw new Oops(
      'unable to handle page fault in adjust_managed_page_count()',
      `kho_restore_page() of ${this.#text(pfn)} uses a struct page that nobody has set up: with ` +
        'DEFERRED_STRUCT_PAGE_INIT those of preserved memory are left out',
    );
  }

  /** page->private of what was taken back, where it stays as it was. */
  readonly #restoredOrder = new Map<number, number>();

  /** Which of the places that take back `by` is; nearly always that of the call before. */
  #indexOf(by: CalledBy): number {
    const { driver, site } = by.caller;
    const last = this.#lastBy;
    if (last?.call === by.call && last.caller.driver === driver && last.caller.site === site)
      return this.#lastIndex;
    const key = `${by.call} ${driver} ${site?.path}:${site?.line}:${site?.column}`;
    const index = this.#callers.get(key) ?? this.#restorers.push(by) - 1;
    this.#callers.set(key, index);
    this.#lastBy = by;
    this.#lastIndex = index;
    return index;
  }

  #checkKind(pfn: number, order: number, how: keyof typeof TAKES, by: CalledBy): void {
    const origin = this.#origins?.at(pfn, order);
    // A single page is the same either way.
    if (origin === undefined || order === 0 || TAKES[how].includes(origin.kind)) return;
    findingAt(this.#context.kernel, by.caller, {
      rule: 'restore-kind',
      severity: 'error',
      message:
        `${by.call}() of memory at ${this.#text(pfn)}, which ${origin.call}() preserved: ` +
        'its pages come back with the wrong counts',
      help: 'folios are restored as folios, pages as pages, vmalloc areas as areas',
      related: [preservedHere(origin, this.#context.kernel.number - 1)],
    });
  }

  #reportOtherRange(pfn: number, order: number, step: number, by: CalledBy): void {
    const origin = this.#origins?.at(pfn, order);
    findingAt(this.#context.kernel, by.caller, {
      rule: 'restore-kind',
      severity: 'error',
      message:
        `${by.call}() takes ${2 ** step} pages at ${this.#text(pfn)} from a block of ` +
        `${2 ** order} that was preserved as a whole`,
      help: 'restore the same number of pages from the same first page as was preserved',
      related: origin === undefined ? [] : [preservedHere(origin, this.#context.kernel.number - 1)],
    });
  }

  #reportUnknown(pfn: number, by: CalledBy): void {
    const { kernel } = this.#context;
    const base = { severity: 'error' } as const;
    const before = this.#restorers[this.#restored.get(pfn) ?? -1];
    const head = this.#incoming?.memory.headOf(pfn);
    if (before !== undefined) {
      findingAt(kernel, by.caller, {
        ...base,
        rule: 'restored-twice',
        message: `${by.call}() of ${this.#text(pfn)}, which was restored before`,
        help: 'restore every block once; whoever needs it later keeps the address',
        related: [{ message: 'it was restored here', ...siteOf(before.caller) }],
      });
      return;
    }
    const stale = staleSaid(kernel, BigInt(kernel.addressOf(pfn)));
    if (stale !== undefined) {
      findingAt(kernel, by.caller, { ...base, ...stale });
      return;
    }
    const lost = lostMemory(kernel, kernel.addressOf(pfn));
    const inside = head === undefined ? '' : `: a block that was begins at ${this.#text(head)}`;
    findingAt(kernel, by.caller, {
      ...base,
      rule: 'restored-unknown',
      message: `${by.call}() of ${this.#text(pfn)}, where nothing preserved begins${inside}`,
      help: 'restore takes the physical address at which a preserved block begins',
      related: lost === undefined || head !== undefined ? [] : [lost.note],
    });
  }

  #reportPartly(start: number, end: number, by: CalledBy): void {
    findingAt(this.#context.kernel, by.caller, {
      rule: 'restored-partly',
      severity: 'error',
      message:
        `${by.call}() returns NULL after it took back ${end - start} pages from ` +
        `${this.#text(start)} on: nobody has them now`,
      help: 'restore exactly the range that was preserved: partial work is not undone',
      related: [],
    });
  }

  /** One of its pages could not be taken back, which is a finding already. */
  #areaLost(blocks: number, by: CalledBy): undefined {
    if (blocks > 0) this.#areaFailed(blocks, 'not all of its pages could be taken back', by);
    return undefined;
  }

  #overrun(chunk: number, entries: number, { call, caller }: CalledBy): void {
    const end = hexText(chunk + this.#context.kernel.machine.pageBytes);
    kernelBugAt(
      this.#context.kernel,
      caller,
      `${call}() reads at ${end}, past the end of a chunk that is full with ${entries} entries`,
    );
  }

  #areaFailed(blocks: number, why: string, by: CalledBy): undefined {
    findingAt(this.#context.kernel, by.caller, {
      rule: 'restored-partly',
      severity: 'error',
      message: `${by.call}() returns NULL, since ${why}; ${blocks} blocks are lost by that`,
      help: 'pass the struct kho_vmalloc as kho_preserve_vmalloc() made it, once',
      related: [],
    });
    return undefined;
  }

  #text(pfn: number): string {
    return hexText(this.#context.kernel.addressOf(pfn));
  }
}

/** page_folio() and folio_order() of a page in a block, or in none that the kernel knows. */
export function folioOf(
  block: Block | undefined,
  pfn: number,
): { readonly pfn: number; readonly order: number } {
  if (block?.kind === 'folio' && block.order <= LARGEST_MAX_ORDER) return block;
  // Pages that are not compound are each a folio of their own.
  return { pfn, order: 0 };
}
