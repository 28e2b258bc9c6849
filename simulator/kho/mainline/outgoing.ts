// What one kernel hands over: the set of preserved blocks and the root FDT, from kho_init() to the
// jump. Models kernel/liveupdate/kexec_handover.c.
import { fdtCheckHeader } from '../../../fdt/index.ts';
import { hexText, type Release } from '../../../kho/index.ts';
import { GFP_KERNEL } from '../../kernel/gfp.ts';
import { type Caller, siteOf } from '../../kernel/kernel.ts';
import type { CallSite } from '../../result.ts';
import type { DriverCalls } from '../model.ts';
import { BitmapTracker } from './bitmap-tracker.ts';
import { ENOMEM } from './errors.ts';
import { Preserver } from './preserve.ts';
import { VmallocPreserver } from './preserve-vmalloc.ts';
import { RadixTracker } from './radix-tracker.ts';
import { readMap } from './read-map.ts';
import { type CalledBy, type Context, findingAt, hasDefect, KHO, kernelBugAt } from './state.ts';
import { LiveRoot, type RootFdt, type Subtree, WrittenRoot } from './subtrees.ts';
import type { Tracker } from './tracker.ts';

const KHO_INIT: CalledBy = { call: 'kho_init', caller: KHO };
/** Of version 17. */
const FDT_HEADER_BYTES = 40;
/** Orders of a handle: what drivers pass as struct kho_serialization. */
export const SERIALIZATION = 3;

/** A user of KHO in the kernel itself, called as notifiers of drivers are. */
export interface BuiltInNotifier {
  /** KEXEC_KHO_FINALIZE: 0 or a negated error. */
  finalize(): number;
}

export class Outgoing {
  readonly #context: Context;
  readonly #tracker: Tracker;
  readonly preserver: Preserver;
  readonly vmalloc: VmallocPreserver;
  #root: LiveRoot | WrittenRoot | undefined;
  /** Physical address of the page of the root FDT, once there is one. */
  rootAddress: number | undefined;
  isFinalized = false;
  /** Size of the root FDT when its file was made. */
  sizeAtInit: number | undefined;
  readonly #notifiers: {
    readonly driver: string;
    readonly callback: string;
    readonly site?: CallSite;
  }[] = [];
  readonly #builtIn: BuiltInNotifier[] = [];
  /** Whose notifier was the last to fail. */
  #failed: Caller | undefined;
  /** A subtree whose entry was freed and is still in the list of files. */
  #freedEntry: Subtree | undefined;

  constructor(context: Context) {
    this.#context = context;
    const { kernel, release } = context;
    const { memoryMap } = release;
    const takePage = (): number | undefined => this.takePage();
    const { pageBytes } = kernel.machine;
    this.#tracker =
      memoryMap.kind === 'bitmaps'
        ? new BitmapTracker(
            context,
            memoryMap.bitmapBytes === 'page' ? pageBytes : memoryMap.bitmapBytes,
            takePage,
          )
        : new RadixTracker(context, takePage);
    this.preserver = new Preserver(context, this.#tracker);
    this.vmalloc = new VmallocPreserver(context, this.preserver, takePage);
  }

  /** get_zeroed_page(GFP_KERNEL) for KHO itself: an address. */
  takePage(): number | undefined {
    const { kernel } = this.#context;
    const page = kernel.allocatePages(0, GFP_KERNEL, KHO);
    if (page !== undefined) kernel.machine.memory.fill(page, kernel.machine.pageBytes, 0);
    return page;
  }

  /** kho_init(): false if there is no memory, and then KHO is off. */
  start(): boolean {
    const { kernel } = this.#context;
    const isLive = this.#context.release.serialization === 'live';
    const map = this.#tracker instanceof RadixTracker ? this.#tracker.start() : 0;
    if (map === undefined) return false;
    const isWritten = this.#context.release.serialization === 'finalize-notifiers';
    const page = isWritten ? kernel.allocatePages(0, GFP_KERNEL, KHO) : this.takePage();
    if (page === undefined) return false;
    this.rootAddress = page;
    if (isWritten) this.#root = new WrittenRoot(this.#context, page);
    else {
      const error = this.preserver.preserveBlock(kernel.pfnOf(page), 0, 'kho', KHO_INIT);
      if (error !== 0) return false;
      this.#root = new LiveRoot(this.#context, page, isLive ? map : 0);
    }
    kernel.recorder.event('kho_init', { fdt: hexText(page) });
    return true;
  }

  /** kho_alloc_preserve() of the kernel itself: an address, or undefined. */
  allocatePreserved(sizeBytes: number, by: CalledBy): number | undefined {
    const { kernel } = this.#context;
    const order = Math.max(0, Math.ceil(Math.log2(sizeBytes / kernel.machine.pageBytes)));
    const address = kernel.allocatePages(order, GFP_KERNEL, KHO, 'folio');
    if (address === undefined) return undefined;
    kernel.machine.memory.fill(address, 2 ** order * kernel.machine.pageBytes, 0);
    if (this.preserver.preserveBlock(kernel.pfnOf(address), order, 'kho', by) === 0) return address;
    kernel.putFolio(address, KHO);
    return undefined;
  }

  /** kho_unpreserve_free(). */
  freePreserved(address: number, by: CalledBy): void {
    const { kernel } = this.#context;
    const block = kernel.blocks.at(kernel.pfnOf(address));
    if (block === undefined) return;
    this.preserver.unpreserveBlock(block.pfn, block.order, by);
    kernel.putFolio(address, KHO);
  }

  get root(): RootFdt | undefined {
    return this.#root;
  }

  addSubtree(subtree: Subtree): number {
    const error = this.#root?.add(subtree) ?? -ENOMEM;
    // debugfs takes no name with a slash; the subtree is there without its file.
    if (error === 0 && subtree.name.includes('/') && hasDefect(this.#context, 'debugfs-entry-kept'))
      this.#freedEntry = subtree;
    return error;
  }

  /** kho_remove_subtree(): looks for its file in the list of files, and takes that away. */
  removeSubtree(address: number, { call, caller }: CalledBy): void {
    const freed = this.#freedEntry;
    if (freed !== undefined)
      kernelBugAt(
        this.#context.kernel,
        caller,
        `${call}() reads the list of files in out/sub_fdts, of which the entry of ${freed.name} ` +
          'was freed when the file could not be made',
      );
    this.#root?.remove(address);
  }

  // --- Notifiers, from 6.16 to 6.18.

  /** False if the driver has registered that callback already. */
  register({ driver, site }: Caller, callback: string): boolean {
    if (this.#notifiers.some((each) => each.driver === driver && each.callback === callback))
      return false;
    this.#notifiers.push({ driver, callback, ...siteOf(site && { site }) });
    return true;
  }

  unregister(driver: string, callback: string): boolean {
    const index = this.#notifiers.findIndex(
      (each) => each.driver === driver && each.callback === callback,
    );
    if (index >= 0) this.#notifiers.splice(index, 1);
    return index >= 0;
  }

  notifiersOf(driver: string): readonly { readonly callback: string; readonly site?: CallSite }[] {
    return this.#notifiers.filter((each) => each.driver === driver);
  }

  registerBuiltIn(notifier: BuiltInNotifier): void {
    this.#builtIn.push(notifier);
  }

  /** kho_finalize() of 6.16 to 6.18: 0 or the error that made it abort. */
  async finalizeByNotifiers(drivers: DriverCalls): Promise<number> {
    const error = await this.#writeRoot(drivers);
    if (error === 0) {
      this.isFinalized = true;
      this.preserver.isClosed = true;
      return 0;
    }
    this.#context.kernel.print(`KHO: Failed to convert KHO state tree: ${error}`);
    await this.abort(drivers);
    return error;
  }

  /**
   * kho_abort() of 6.16 to 6.18: all that was preserved is dropped, whoever preserved it when.
   * Mended, only what finalizing itself preserved.
   */
  async abort(drivers: DriverCalls): Promise<number> {
    const { kernel } = this.#context;
    kernel.recorder.event('kho_abort');
    if (this.#root instanceof WrittenRoot) this.#root.forget();
    if (hasDefect(this.#context, 'abort-drops-all')) {
      if (this.#tracker instanceof BitmapTracker) this.#tracker.clear();
      this.preserver.dropAll(this.#failed ?? KHO);
    } else if (this.rootAddress !== undefined)
      this.preserver.unpreserveBlock(kernel.pfnOf(this.rootAddress), 0, KHO_INIT);
    const error = await this.#notify(drivers, 'KEXEC_KHO_ABORT', null);
    if (error !== 0) {
      kernel.print(`KHO: Failed to abort KHO finalization: ${error}`);
      return error;
    }
    this.isFinalized = false;
    this.preserver.isClosed = false;
    return 0;
  }

  async #writeRoot(drivers: DriverCalls): Promise<number> {
    const { kernel } = this.#context;
    const root = this.#root as WrittenRoot;
    const begun = root.begin();
    if (begun !== 0) return begun;
    const pfn = kernel.pfnOf(this.rootAddress as number);
    const preserved = this.preserver.preserveBlock(pfn, 0, 'kho', KHO_INIT);
    if (preserved !== 0) return preserved;
    for (const builtIn of this.#builtIn) {
      const error = builtIn.finalize();
      if (error !== 0) return error;
    }
    const error = await this.#notify(drivers, 'KEXEC_KHO_FINALIZE', SERIALIZATION);
    if (error !== 0) return error;
    const map = (this.#tracker as BitmapTracker).serialize();
    return map === undefined ? -ENOMEM : root.finish(map);
  }

  /** blocking_notifier_call_chain(): ends at the first error. */
  async #notify(drivers: DriverCalls, event: string, argument: number | null): Promise<number> {
    for (const { driver, callback } of [...this.#notifiers]) {
      const answer = await drivers.ask(driver, callback, [event, argument]);
      const error = answer.value;
      if (error === 0) continue;
      this.#failed = { driver, ...siteOf(answer) };
      if (event === 'KEXEC_KHO_FINALIZE' && hasDefect(this.#context, 'abort-drops-all'))
        this.#context.kernel.recorder.finding({
          rule: 'serialize-failed',
          severity: 'error',
          message: `${callback}() of ${driver} returned ${error}: all that is preserved is dropped`,
          help: 'an abort unpreserves everything, also what was preserved before finalizing',
          driver,
          ...siteOf(answer),
          related: [],
        });
      return error;
    }
    return 0;
  }

  // --- The map alone, in 6.19 and 7.0.

  /** kho_finalize() of 6.19 and 7.0: writes the map anew; 0 or a negated error. */
  finalizeMap(): number {
    const map = (this.#tracker as BitmapTracker).serialize();
    if (map === undefined) return -ENOMEM;
    (this.#root as LiveRoot).setMap(map);
    this.isFinalized = true;
    this.#context.kernel.recorder.event('kho_finalize', { map: hexText(map) });
    return 0;
  }

  // --- The jump.

  /** Page frames that the next kernel must find as they are, those of the map included. */
  *keptPages(): Iterable<{ readonly start: number; readonly end: number }> {
    yield* this.preserver.known.ranges();
    for (const pfn of this.#tracker.pages()) yield { start: pfn, end: pfn + 1 };
    const { kernel } = this.#context;
    if (this.rootAddress !== undefined) {
      const pfn = kernel.pfnOf(this.rootAddress);
      yield { start: pfn, end: pfn + 1 };
    }
  }

  /** Subtrees whose bytes will not be there, and blocks that the map does not have. */
  checkAtJump(): void {
    for (const subtree of this.#root?.subtrees ?? []) this.#checkSubtree(subtree);
    this.#checkMapPages();
    if (this.#context.release.serialization !== 'finalize-map' || !this.isFinalized) return;
    const { kernel } = this.#context;
    const mapped = new Set<number>();
    const map = (this.#tracker as BitmapTracker).firstChunk;
    readMap(this.#context, map, {
      block: (pfn, order) => mapped.add(pfn * 64 + order),
      page() {},
    });
    for (const { pfn, order, by } of this.preserver.known.blocks())
      if (!mapped.has(pfn * 64 + order))
        findingAt(kernel, by, {
          rule: 'never-finalized',
          severity: 'error',
          message:
            `memory at ${hexText(kernel.addressOf(pfn))} was preserved after the map was ` +
            'written, and is not in it',
          help: 'write 1 to /sys/kernel/debug/kho/out/finalize again, last of all',
        });
  }

  /** The next kernel boots in scratch before it has read the map. */
  #checkMapPages(): void {
    const { kernel } = this.#context;
    const isIn = (address: number): boolean =>
      kernel.scratch.some(({ start, end }) => start <= address && address < end);
    for (const pfn of this.#tracker.pages()) {
      const address = kernel.addressOf(pfn);
      if (!isIn(address)) continue;
      kernel.recorder.finding({
        rule: 'preserved-memory-in-scratch',
        severity: 'error',
        message: `a page of the map of preserved memory, at ${hexText(address)}, lies in scratch`,
        help: 'the next kernel boots there: bitmaps must come from the page allocator',
        related: [],
      });
      return;
    }
  }

  #checkSubtree({ name, address, sizeBytes, by }: Subtree): void {
    const { kernel } = this.#context;
    const { known } = this.preserver;
    if (kernel.recorder.wasSaid('error-pointer', by.caller.site)) return;
    const { start, end } = kernel.pagesOf({
      start: address,
      end: address + Math.max(1, sizeBytes),
    });
    for (let pfn = start; pfn < end; pfn++) {
      if (known.around(pfn) !== undefined) continue;
      const held = kernel.heldAround(kernel.addressOf(pfn));
      const freed = held === undefined ? kernel.freedAround(kernel.addressOf(pfn)) : undefined;
      const why = this.#whyNotPreserved({ name, address, sizeBytes, by }, pfn === start);
      const related = [
        ...(held === undefined ? [] : [{ message: 'it was allocated here', ...siteOf(held) }]),
        ...(freed === undefined ? [] : [{ message: 'it was freed here', ...siteOf(freed) }]),
      ];
      findingAt(kernel, by.caller, {
        rule: 'state-not-preserved',
        severity: 'error',
        ...(freed === undefined ? why : { ...why, help: REMOVE_FIRST }),
        related,
      });
      return;
    }
  }

  #whyNotPreserved(
    { name, address, sizeBytes, by }: Subtree,
    isFirstPage: boolean,
  ): { readonly message: string; readonly help: string } {
    const { kernel, release } = this.#context;
    const blob = `the blob of ${name} at ${hexText(address)}`;
    const header = kernel.machine.memory.read(address, FDT_HEADER_BYTES);
    if (isFirstPage || hasBlobSize(release) || fdtCheckHeader(header) === 0)
      return {
        message: `${blob} is not preserved: it will be gone`,
        help: `${by.call}() preserves nothing: preserve the memory of the blob first`,
      };
    return {
      message:
        `${blob} is no FDT, and not all of the ${sizeBytes} bytes is preserved that stand ` +
        'where an FDT has its size',
      help: `${by.call}() of ${release.title} takes an FDT: write one to its end first`,
    };
  }
}

const REMOVE_FIRST = 'remove the subtree with khoRemoveSubtree() before its blob is freed';

function hasBlobSize({ subtrees }: Release): boolean {
  return subtrees.kind === 'by-reference' && subtrees.sizeProperty !== undefined;
}
