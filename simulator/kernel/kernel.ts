// One kernel: what it knows of memory, and what its drivers may do with it.
import { hexText, pageGeometry } from '../../kho/index.ts';
import type { Machine } from '../machine/machine.ts';
import { POISON_BYTE } from '../machine/memory.ts';
import { createRandom } from '../machine/random.ts';
import { type Range, RangeSet } from '../machine/range-set.ts';
import type { CallSite, Finding } from '../result.ts';
import type { Recorder } from '../run/recorder.ts';
import type { ApiValue } from '../runtime.ts';
import type { KernelConfig } from '../scenario/scenario.ts';
import { type Block, type BlockInfo, type BlockKind, Blocks } from './blocks.ts';
import { PageAllocator } from './buddy.ts';
import { type Caller, siteOf } from './caller.ts';
import { deferredRanges } from './deferred-pages.ts';
import { GFP_KERNEL, type GfpRequest } from './gfp.ts';
import { Locks } from './locks.ts';
import { Memblock } from './memblock.ts';
import { MovableBlocks } from './movable.ts';
import { Slab, type SlabObject } from './slab.ts';
import { HUGE_ORDER, type VmArea, Vmalloc } from './vmalloc.ts';

/** What freed memory holds: POISON_FREE of include/linux/poison.h. */
const POISON_FREE = 0x6b;
/** Lines of a console that are kept. */
const MAX_CONSOLE_LINES = 10_000;

export interface KernelOptions {
  readonly number: number;
  readonly release: string;
  readonly directMapBase: bigint;
  /** The kernel that was there before, for what it knows about pointers and memory. */
  readonly previous: Kernel | undefined;
  /** It was started by a panic of the one before. */
  readonly isCrashKernel?: boolean;
  /** What it is built with, where that is not as usual. */
  readonly config?: KernelConfig;
}

/** A block or an object that somebody has. */
export interface HeldMemory {
  /** Physical. */
  readonly address: number;
  readonly sizeBytes: number;
  readonly owner: string;
  readonly kind: Exclude<BlockKind, 'slab'> | 'object';
  readonly site?: CallSite;
}

/** Pages that nobody in this kernel has, and that are not free either. */
export interface PageSet {
  has(pfn: number): boolean;
  /** Pages that have become somebody's, or free. */
  remove(pages: Range): void;
}

export { type Caller, siteOf } from './caller.ts';

/** A blob of the kernel before that drivers find by its name. */
export interface IncomingBlob extends Range {
  readonly name: string;
}

/** What drivers are told to do, where that depends on the release. */
export interface HandoverWords {
  /** To make handed-over memory their own. */
  readonly takeOver: string;
  /** To hand memory over. */
  readonly handOver: string;
  /** Of memory that they did not. */
  readonly forgotten: string;
}

/** Kinds of blocks that free_pages() and folio_put() are not for. */
const NO_PAGES: ReadonlySet<string> = new Set(['slab', 'kmalloc', 'vmalloc']);

export class Kernel {
  readonly number: number;
  readonly release: string;
  readonly directMapBase: bigint;
  readonly previous: Kernel | undefined;
  /** It runs in memory that the one before had reserved for it: is_kdump_kernel(). */
  readonly isCrashKernel: boolean;
  readonly config: KernelConfig;
  /** Memory whose struct pages are set up late, in bytes. */
  readonly deferred: readonly Range[];
  /** What this one has reserved for a kernel to start when it panics. */
  crashMemory: Range | undefined;
  readonly machine: Machine;
  readonly recorder: Recorder;
  readonly memblock: Memblock = new Memblock();
  readonly blocks: Blocks = new Blocks();
  /** Those of them that may move. */
  readonly movable: MovableBlocks = new MovableBlocks();
  readonly console: string[] = [];
  readonly vmalloc: Vmalloc;
  readonly locks: Locks;
  /** What the kernel before named for drivers, around a physical address: a blob. */
  blobAround: ((physical: number) => IncomingBlob | undefined) | undefined;
  /** Who wrote the places of an FDT that a driver wrote at a physical address. */
  fdtWriterAt:
    | ((physical: number) => ((place: string) => Caller | undefined) | undefined)
    | undefined;
  /** Scratch memory as this kernel knows it, in bytes. */
  scratch: readonly Range[] = [];
  /** Page frames that were handed over and that drivers may read. */
  setAside: PageSet = new RangeSet();
  /** Memory that did not come along and whose use was reported, by whose it was. */
  readonly saidLost: Set<string> = new Set();
  /** Told of blocks that are freed, before they are. */
  onFree: ((block: Block, caller: Caller) => void) | undefined;
  /** Told of folios that are split, before they are. */
  onSplit: ((block: Block, caller: Caller) => void) | undefined;
  /** Where a page was unpreserved that was preserved before; set by KHO, for findings alone. */
  unpreservedAt: ((pfn: number) => Caller | undefined) | undefined;
  /** Where what a page is in was preserved, if it was when the kernel ended. */
  preservedAt: ((pfn: number) => Pick<Caller, 'site'> | undefined) | undefined;
  /** Who preserved a page that nobody has restored, for a finding that says what becomes of it. */
  handedOverAt: ((pfn: number) => Finding['related']) | undefined;
  /** A finding says what becomes of the preserved block around a page. */
  accountFor: ((pfn: number) => void) | undefined;
  words: HandoverWords = {
    takeOver: 'claim it with khoClaimMem() first',
    handOver: 'list it in a `mem` property when the state is serialized',
    forgotten: 'not listed in `mem`',
  };
  /** Files that drivers offer to be opened, by path: the driver's own names for them. */
  readonly devices: Map<string, { readonly driver: string; readonly handle: bigint }> = new Map();
  /** Whose process has the memfds, if a driver is the kernel's handler of them. */
  memfdDriver: string | undefined;
  /** What the callback that ran last told besides what it returned. */
  reported: readonly ApiValue[] = [];
  /** Whether a call that the kernel itself makes, and that may fail, is made to. */
  mayFail: (what: string) => boolean = () => false;
  /** Who was returned NULL last. */
  lastNull: Caller | undefined;
  /** What ended a driver's call that the kernel itself did not survive. */
  oops: string | undefined;
  /** Drivers of which a callback did not return: what they leave undone has that cause. */
  readonly diedIn: Set<string> = new Set();
  /** Bytes that must not change until the jump, with what they are. */
  readonly frozen: RangeSet = new RangeSet();
  #allocator: PageAllocator;
  readonly #newAllocator: () => PageAllocator;
  readonly #slab: Slab;
  #guarded = 0;
  readonly #freed = new Blocks();
  readonly #warned = new Set<string>();
  readonly #freedObjects = new Map<number, SlabObject>();

  constructor(machine: Machine, recorder: Recorder, options: KernelOptions) {
    this.number = options.number;
    this.release = options.release;
    this.directMapBase = options.directMapBase;
    this.previous = options.previous;
    this.isCrashKernel = options.isCrashKernel ?? false;
    this.config = options.config ?? {};
    this.deferred = this.config.DEFERRED_STRUCT_PAGE_INIT ? deferredRanges(machine) : [];
    this.machine = machine;
    this.recorder = recorder;
    const nodes = machine.nodes.map(({ id, ranges }) => ({
      id,
      ranges: ranges.map((each) => this.wholePagesOf(each)),
    }));
    const geometry = pageGeometry(machine.pageBytes);
    this.#newAllocator = () =>
      new PageAllocator(machine.random.fork(`allocator ${options.number}`), nodes, geometry);
    this.#allocator = this.#newAllocator();
    this.locks = new Locks(recorder);
    this.#slab = new Slab(machine.pageBytes);
    this.vmalloc = new Vmalloc(machine, options.number);
  }

  /** WARN_ON_ONCE() or, with `isEach`, WARN_ON() in a function of the kernel. */
  warn(where: string, isEach = false): void {
    if (this.#warned.has(where) && !isEach) return;
    this.#warned.add(where);
    this.print(`WARNING: at ${where}()`);
  }

  /** printk(), by the kernel itself or by a driver. */
  print(message: string, caller?: Caller): void {
    const { driver, site } = caller ?? {};
    this.recorder.event('printk', { driver, text: message }, site);
    if (this.console.length < MAX_CONSOLE_LINES) this.console.push(message);
  }

  pfnOf(address: number): number {
    return Math.floor(address / this.machine.pageBytes);
  }

  addressOf(pfn: number): number {
    return pfn * this.machine.pageBytes;
  }

  /** The page frames that the bytes of a range are in. */
  pagesOf({ start, end }: Range): Range {
    return { start: this.pfnOf(start), end: Math.ceil(end / this.machine.pageBytes) };
  }

  /** True if an address is one of the direct map. */
  isMapped(address: bigint): boolean {
    return (
      address >= this.directMapBase && this.machine.ram.has(Number(address - this.directMapBase))
    );
  }

  /** True if all bytes of a range are memory. */
  isRam({ start, end }: Range): boolean {
    const around = this.machine.ram.around(start);
    return around !== undefined && end <= around.end;
  }

  /** The page frames that the bytes of a range are in, as far as they are memory. */
  ramPagesOf(range: Range): readonly Range[] {
    const pages: Range[] = [];
    for (const ram of this.machine.ram.ranges) {
      const { start, end } = this.pagesOf({
        start: Math.max(range.start, ram.start),
        end: Math.min(range.end, ram.end),
      });
      if (start < end) pages.push({ start, end });
    }
    return pages;
  }

  /** memblock_free_all(): from here on pages come from the page allocator. */
  startAllocator(scratch: RangeSet): void {
    this.#fillAllocator(scratch);
    this.recorder.event('memblock_free_all', { pages: this.#allocator.freePages });
  }

  /**
   * Takes memory from the page allocator that early boot would have reserved, while the allocator
   * has given away little: that the driver knows of.
   */
  reserveEarly(range: Range, caller: Caller): void {
    this.memblock.reserved.add(range);
    this.#allocator = this.#newAllocator();
    this.#fillAllocator(this.memblock.scratch);
    const info = { order: 0, owner: caller.driver, kind: 'pages', ...siteOf(caller) } as const;
    this.blocks.addPages(this.pagesOf(range), info);
  }

  #fillAllocator(scratch: RangeSet): void {
    const { memory, reserved } = this.memblock;
    const held = new RangeSet();
    for (const block of this.blocks.all()) {
      const start = this.addressOf(block.pfn);
      held.add({ start, end: start + this.#bytesOf(block) });
    }
    const pagesOf = (set: RangeSet): Range[] => set.ranges.map((each) => this.wholePagesOf(each));
    this.#allocator.addRanges(pagesOf(memory.without(reserved, scratch, held)), 'movable');
    this.#allocator.addRanges(pagesOf(scratch.without(reserved, held)), 'cma');
  }

  /** The kernel has jumped: it allocates no more, and what it had stays known for findings. */
  retire(): void {
    this.#allocator = new PageAllocator(createRandom(0));
  }

  /** The page frames that lie in a range of bytes as a whole. */
  wholePagesOf({ start, end }: Range): Range {
    return { start: Math.ceil(start / this.machine.pageBytes), end: this.pfnOf(end) };
  }

  /**
   * 2^order pages, of `node` if it has any, for a driver: the address of the first byte, or
   * undefined if there are none.
   */
  allocatePages(
    order: number,
    gfp: GfpRequest,
    caller: Caller,
    kind: BlockKind = 'pages',
    node?: number,
  ): number | undefined {
    const request = node === undefined ? gfp : { ...gfp, node };
    const pfn = this.#allocator.allocate(order, request);
    if (pfn === undefined) return undefined;
    this.#hold(pfn, { order, owner: caller.driver, kind, ...siteOf(caller) });
    if (gfp.mobility === 'movable') this.movable.add(pfn);
    const address = this.addressOf(pfn);
    this.machine.memory.fill(address, 2 ** order * this.machine.pageBytes, POISON_BYTE);
    return address;
  }

  /** Takes pages back; false, with a finding, if they are not what was allocated. */
  freePages(address: number, order: number, caller: Caller): boolean {
    const pfn = this.pfnOf(address);
    const block = this.blocks.at(pfn);
    const isWhole = address % this.machine.pageBytes === 0;
    const isOther = block !== undefined && NO_PAGES.has(block.kind);
    if (block === undefined || !isWhole || isOther || block.order !== order) {
      this.#reportBadFree(address, `free_pages() with order ${order}`, caller);
      return false;
    }
    if (
      this.reportIfFrozen({ start: address, end: address + this.#bytesOf(block) }, 'freed', caller)
    )
      return true;
    this.#release(block, caller);
    return true;
  }

  /** Drops a folio, whatever its order; false, with a finding, if there is none. */
  putFolio(address: number, caller: Caller): boolean {
    const block = this.blocks.around(this.pfnOf(address));
    const isFolio = block !== undefined && (block.kind === 'folio' || block.order === 0);
    if (!isFolio || NO_PAGES.has(block.kind)) {
      this.#reportBadFree(address, 'folio_put()', caller);
      return false;
    }
    if (this.movable.release(block.pfn)) return true;
    return this.freePages(this.addressOf(block.pfn), block.order, caller);
  }

  /** folio_get(): false, with a finding, if there is no folio. */
  getFolio(address: number, caller: Caller): boolean {
    const block = this.blocks.around(this.pfnOf(address));
    if (block === undefined || NO_PAGES.has(block.kind)) {
      this.#reportBadFree(address, 'folio_get()', caller);
      return false;
    }
    this.movable.hold(block.pfn);
    return true;
  }

  /** migrate_pages(): moves a block out of scratch; where to, or undefined without memory. */
  migrate(block: Block): number | undefined {
    const to = this.#allocator.allocateOutside(block.order);
    if (to === undefined) return undefined;
    const { memory } = this.machine;
    const [from, bytes] = [this.addressOf(block.pfn), this.#bytesOf(block)];
    memory.write(this.addressOf(to), memory.read(from, bytes));
    this.blocks.remove(block);
    memory.fill(from, bytes, POISON_FREE);
    this.#allocator.free(block.pfn, block.order);
    this.#hold(to, block);
    this.movable.moved(block, to);
    return to;
  }

  /** split_folio(): the same pages, each by itself from now on; false if there is no folio. */
  splitFolio(address: number, caller: Caller): boolean {
    const block = this.blocks.around(this.pfnOf(address));
    if (block === undefined || block.kind !== 'folio') return false;
    this.onSplit?.(block, caller);
    const { pfn, order, ...rest } = block;
    if (this.movable.has(pfn))
      for (let page = pfn; page < pfn + 2 ** order; page++) this.movable.add(page);
    this.blocks.addPages({ start: pfn, end: pfn + 2 ** order }, { ...rest, order: 0 });
    return true;
  }

  /** vmalloc(), or vmalloc_huge(): the area, or undefined if there is no memory for it. */
  allocateArea(sizeBytes: number, isHuge: boolean, caller: Caller): VmArea | undefined {
    const hugeBytes = 2 ** HUGE_ORDER * this.machine.pageBytes;
    const order = isHuge && sizeBytes >= hugeBytes ? HUGE_ORDER : 0;
    const count = Math.ceil(sizeBytes / (2 ** order * this.machine.pageBytes));
    if (count * 2 ** order > this.#allocator.freePages) return undefined;
    const blocks: number[] = [];
    for (let index = 0; index < count; index++) {
      const pfn = this.#allocator.allocate(order, GFP_KERNEL);
      if (pfn === undefined) {
        for (const taken of blocks) this.#allocator.free(taken, order);
        return undefined;
      }
      blocks.push(pfn);
    }
    const owner = caller.driver;
    const info: BlockInfo = { order, owner, kind: 'vmalloc', ...siteOf(caller) };
    for (const pfn of blocks) {
      this.#hold(pfn, info);
      const bytes = 2 ** order * this.machine.pageBytes;
      this.machine.memory.fill(this.addressOf(pfn), bytes, POISON_BYTE);
    }
    const kind = isHuge ? 'alloc-huge' : 'alloc';
    return this.vmalloc.add({ kind, order, blocks, owner, ...siteOf(caller) });
  }

  /** vfree() or vunmap(); false, with a finding, if no such area begins there. */
  freeArea(address: bigint, how: 'vfree' | 'vunmap', caller: Caller): boolean {
    const area = this.vmalloc.at(address);
    if (area === undefined || (area.kind === 'map') !== (how === 'vunmap')) {
      const gone = this.vmalloc.goneAround(address);
      this.recorder.finding({
        rule: 'bad-free',
        severity: 'error',
        message: `${how}() of ${hexText(address)}: ${
          gone === undefined ? 'no such area begins there' : 'it was freed before'
        }`,
        driver: caller.driver,
        ...siteOf(caller),
        related: area === undefined ? [] : [{ message: 'allocated here', ...siteOf(area) }],
      });
      return false;
    }
    if (area.unfilledPages !== undefined) this.#reportUnfilled(area, area.unfilledPages, caller);
    this.vmalloc.remove({ ...area, ...siteOf(caller) });
    if (area.kind === 'map') return true;
    for (const pfn of area.blocks) {
      const block = this.blocks.at(pfn);
      if (block !== undefined) this.#release(block, caller);
    }
    return true;
  }

  /** Zeroed bytes, of `node` if it has any; the address, or undefined if there are none. */
  allocateBytes(
    sizeBytes: number,
    caller: Caller,
    gfp: GfpRequest = GFP_KERNEL,
    node?: number,
  ): number | undefined {
    if (sizeBytes > this.#slab.largestBytes) {
      const pages = Math.ceil(sizeBytes / this.machine.pageBytes);
      const order = Math.ceil(Math.log2(pages));
      const address = this.allocatePages(order, gfp, caller, 'kmalloc', node);
      if (address !== undefined) this.machine.memory.fill(address, sizeBytes, 0);
      return address;
    }
    const object = { sizeBytes, owner: caller.driver, ...siteOf(caller) };
    // Objects move with nobody: kmalloc_type() knows reclaimable ones and others.
    const mobility = gfp.mobility === 'reclaimable' ? 'reclaimable' : 'unmovable';
    const { isThisNodeOnly = false } = gfp;
    const request = { mobility, isThisNodeOnly, ...(node === undefined ? {} : { node }) } as const;
    const place = `${mobility} ${node} ${isThisNodeOnly}`;
    const address = this.#slab.allocate(object, place, () => {
      const pfn = this.#allocator.allocate(0, request);
      if (pfn === undefined) return undefined;
      this.#hold(pfn, { order: 0, owner: 'slab', kind: 'slab' });
      return this.addressOf(pfn);
    });
    if (address === undefined) return undefined;
    this.#freedObjects.delete(address);
    this.machine.memory.fill(address, sizeBytes, 0);
    return address;
  }

  /** An object that KFENCE guards: it has a page of the pool; undefined once that is used up. */
  allocateGuarded(sizeBytes: number, caller: Caller): number | undefined {
    const pool = this.memblock.kfencePool;
    if (pool === undefined) return this.allocateBytes(sizeBytes, caller);
    const { pageBytes } = this.machine;
    const pages = (pool.end - pool.start) / pageBytes;
    // Every second page of the pool is a guard that nobody may touch.
    const address = pool.start + (2 * this.#guarded + 1) * pageBytes;
    if (2 * this.#guarded + 1 >= pages) return this.allocateBytes(sizeBytes, caller);
    this.#guarded += 1;
    this.machine.memory.fill(address, pageBytes, 0);
    return address;
  }

  freeBytes(address: number, caller: Caller): boolean {
    const object = this.#slab.around(address);
    if (object === undefined || object.address !== address) {
      const block = this.blocks.at(this.pfnOf(address));
      if (block?.kind !== 'kmalloc' || address % this.machine.pageBytes !== 0) {
        this.#reportBadFree(address, 'kfree()', caller);
        return false;
      }
      const whole = { start: address, end: address + this.#bytesOf(block) };
      if (!this.reportIfFrozen(whole, 'freed', caller)) this.#release(block, caller);
      return true;
    }
    const range = { start: address, end: address + object.sizeBytes };
    if (this.reportIfFrozen(range, 'freed', caller)) return true;
    this.machine.memory.fill(address, object.sizeBytes, POISON_FREE);
    this.#freedObjects.set(address, { ...object, ...siteOf(caller) });
    this.#slab.free(address, (page) => {
      const block = this.blocks.at(this.pfnOf(page));
      if (block !== undefined) this.#release(block, caller);
    });
    return true;
  }

  /** Makes pages that were set aside a driver's own, as kho_claim_mem() does. */
  takeOver(pages: Range, caller: Caller): void {
    this.setAside.remove(pages);
    const info: BlockInfo = {
      order: 0,
      owner: caller.driver,
      kind: 'claimed',
      ...siteOf(caller),
    };
    for (let pfn = pages.start; pfn < pages.end; pfn++) this.#hold(pfn, info);
  }

  /** Gives a page that was set aside, or claimed, to the page allocator. */
  freePage(pfn: number, caller: Caller): void {
    this.setAside.remove({ start: pfn, end: pfn + 1 });
    const owner = caller.driver;
    this.#release({ pfn, order: 0, owner, kind: 'claimed', ...siteOf(caller) }, caller);
  }

  /** Makes a block that was set aside somebody's, as kho_restore_*() do. */
  restore(block: Block): void {
    this.setAside.remove({ start: block.pfn, end: block.pfn + 2 ** block.order });
    this.#hold(block.pfn, block);
  }

  /** The block around an address that was freed last, if that is what it is. */
  freedAround(address: number): Block | SlabObject | undefined {
    const object = this.#slab.around(address);
    if (object !== undefined) return undefined;
    for (const [start, freed] of this.#freedObjects)
      if (start <= address && address < start + freed.sizeBytes) return freed;
    return this.#freed.around(this.pfnOf(address));
  }

  /** What a driver, or the kernel for it, has allocated around an address. */
  heldAround(address: number): Block | SlabObject | undefined {
    const block = this.blocks.around(this.pfnOf(address));
    return block?.kind === 'slab' ? this.#slab.around(address) : block;
  }

  /** Blocks and objects that somebody has, by physical address; pages of objects are left out. */
  *held(): Generator<HeldMemory> {
    for (const block of this.blocks.all())
      if (block.kind !== 'slab')
        yield {
          address: this.addressOf(block.pfn),
          sizeBytes: this.#bytesOf(block),
          owner: block.owner,
          kind: block.kind,
          ...siteOf(block),
        };
    for (const { address, sizeBytes, owner, ...rest } of this.#slab.objects())
      yield { address, sizeBytes, owner, kind: 'object', ...siteOf(rest) };
  }

  *heldBy(owner: string): Generator<HeldMemory> {
    for (const held of this.held()) if (held.owner === owner) yield held;
  }

  /** How many pages the allocator has. */
  get freePageCount(): number {
    return this.#allocator.freePages;
  }

  /** True, with a finding, if any byte of the range is serialized and must not change. */
  reportIfFrozen(range: Range, verb: 'freed' | 'written', caller: Caller): boolean {
    if (!this.frozen.overlaps(range)) return false;
    const held = this.heldAround(range.start);
    this.recorder.finding({
      rule: 'changed-while-active',
      severity: 'error',
      message: `memory at ${hexText(range.start)} was ${verb} after it was serialized`,
      help: 'leave it alone until the jump, or write 0 to /sys/kernel/kho/active first',
      driver: caller.driver,
      ...siteOf(caller),
      related: [{ message: 'it was allocated here', ...siteOf(held) }],
    });
    return verb === 'freed';
  }

  #hold(pfn: number, info: BlockInfo): void {
    const old = this.#freed.around(pfn);
    if (old !== undefined) this.#freed.remove(old);
    this.blocks.add(pfn, info);
  }

  #bytesOf(block: Block): number {
    return 2 ** block.order * this.machine.pageBytes;
  }

  #release(block: Block, caller: Caller): void {
    this.onFree?.(block, caller);
    if (block.damage !== undefined) this.#reportBadPageState(block, block.damage, caller);
    this.blocks.remove(block);
    this.movable.remove(block.pfn);
    this.#freed.add(block.pfn, { ...block, ...siteOf(caller) });
    this.machine.memory.fill(this.addressOf(block.pfn), this.#bytesOf(block), POISON_FREE);
    this.#allocator.free(block.pfn, block.order);
  }

  #reportUnfilled(area: VmArea, unfilled: number, caller: Caller): void {
    const all = area.blocks.length * 2 ** area.order;
    this.recorder.finding({
      rule: 'kernel-bug',
      severity: 'error',
      message:
        `vfree() frees the ${all} pages of an area, and ${unfilled} of the pointers to them ` +
        'were never filled in',
      help: 'the driver is right: the kernel has not made whole what it gave back',
      driver: caller.driver,
      ...siteOf(caller),
      related: [{ message: 'it was restored here', ...siteOf(area) }],
    });
  }

  #reportBadPageState(block: Block, damage: string, caller: Caller): void {
    this.print(`BUG: Bad page state in process swapper/0  pfn:${block.pfn.toString(16)}`);
    this.recorder.finding({
      rule: 'bad-page-state',
      severity: 'error',
      message: `memory at ${hexText(this.addressOf(block.pfn))} is freed, and ${damage}`,
      help: 'the driver is right: the kernel has not made whole what it gave back',
      driver: caller.driver,
      ...siteOf(caller),
      related: [{ message: 'it was restored here', ...siteOf(block) }],
    });
  }

  #reportBadFree(address: number, how: string, caller: Caller): void {
    const held = this.heldAround(address);
    const freed = this.freedAround(address);
    const other = held ?? this.movable.movedFrom(this.pfnOf(address))?.from ?? freed;
    const moved = this.movable.movedFrom(this.pfnOf(address));
    const handedOver = this.handedOverAt?.(this.pfnOf(address)) ?? [];
    this.accountFor?.(this.pfnOf(address));
    const what =
      handedOver.length > 0
        ? 'the kernel before preserved it, and nobody has restored it'
        : held !== undefined
          ? 'what is there was not allocated like that'
          : moved !== undefined
            ? `it moved to ${hexText(this.addressOf(moved.to))} when an image was loaded`
            : freed !== undefined
              ? 'it was freed before'
              : 'nothing was allocated there';
    this.recorder.finding({
      rule: 'bad-free',
      severity: 'error',
      message: `${how} of ${hexText(address)}: ${what}`,
      driver: caller.driver,
      ...siteOf(caller),
      related:
        other === undefined
          ? handedOver
          : [{ message: `${held === undefined ? 'freed' : 'allocated'} here`, ...siteOf(other) }],
    });
  }
}
