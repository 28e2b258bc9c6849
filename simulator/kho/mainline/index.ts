// KHO of Linux 6.16 and later in one kernel: what the engine drives, put together. What differs
// between releases is in their rows.
import { hexText, type Release } from '../../../kho/index.ts';
import { type Kernel, siteOf } from '../../kernel/kernel.ts';
import type { Range } from '../../machine/range-set.ts';
import type { PreservedRange } from '../../result.ts';
import type { ApiAnswer, ApiCall } from '../../runtime.ts';
import { readBootData } from '../boot-data.ts';
import {
  type DriverCalls,
  failed,
  type HandedOver,
  type KexecImage,
  type KhoModel,
  type LeftInKho,
  NOTHING_HANDED_OVER,
  ok,
  type PreservedByCall,
  type Result,
  type SessionRequest,
  type SessionState,
  type SubtreeOf,
  type WrittenFdt,
} from '../model.ts';
import { loadPlain, physRange } from '../segments.ts';
import { answerMainlineCall, type MainlineCalls } from './api.ts';
import { errorName } from './errors.ts';
import { readFile, sizeOfFdtFile, writeFile } from './files.ts';
import { Incoming } from './incoming.ts';
import { LiveUpdate } from './live-update.ts';
import { type LoadedImage, loadHandover } from './load.ts';
import { luoFormat } from './luo-root.ts';
import { hasMetadata, readMetadata, writeMetadata } from './metadata.ts';
import { answerStub } from './not-built.ts';
import { Outgoing } from './outgoing.ts';
import { isSwitchedOn, readParameters } from './parameters.ts';
import type { Preservation, Preservations } from './preservations.ts';
import { preservedRanges } from './preserved-ranges.ts';
import type { RadixWalks } from './radix/calls.ts';
import { ReserveMem } from './reserve-mem.ts';
import { Restorer } from './restore.ts';
import { reserveScratch } from './scratch.ts';
import type { SetAside } from './set-aside.ts';
import { type Context, findingAt, hasDefect, KHO, kernelBugAt, Oops } from './state.ts';
import { uncheckedFdts } from './written-fdts.ts';

/** KFENCE_POOL_SIZE with CONFIG_KFENCE_NUM_OBJECTS=255: a page and a guard for each. */
const KFENCE_PAGES = 2 * 256;

export class MainlineModel implements KhoModel {
  readonly #context: Context;
  readonly #cmdline: string;
  readonly #previous: MainlineModel | undefined;
  readonly #outgoing: Outgoing;
  /** CONFIG_KEXEC_HANDOVER. */
  readonly #isBuilt: boolean;
  /** It is not built, since the kernel defers what it needs. */
  readonly #isExcluded: boolean;
  /** kho_enable. */
  #isEnabled: boolean;
  #incoming: Incoming | undefined;
  #reserveMem: ReserveMem | undefined;
  #restorer: Restorer;
  /** What answers to calls are made of: there are millions of them. */
  #calls: MainlineCalls;
  readonly #radixWalks: RadixWalks = new Map();
  #liveUpdate: LiveUpdate | undefined;
  #loaded: LoadedImage | undefined;
  #isInitialized = false;
  #panic: string | undefined;

  constructor(
    kernel: Kernel,
    release: Release,
    cmdline: string,
    previous: MainlineModel | undefined,
  ) {
    const { KEXEC_HANDOVER_DEBUG, KEXEC_HANDOVER } = kernel.config;
    const preserve = { ...release.preserve, refusesScratch: false };
    const row = KEXEC_HANDOVER_DEBUG === false ? { ...release, preserve } : release;
    this.#context = { kernel, release: row };
    this.#isExcluded = release.excludesDeferredPages === true && kernel.deferred.length > 0;
    this.#isBuilt = KEXEC_HANDOVER !== false && !this.#isExcluded;
    this.#cmdline = cmdline;
    this.#previous = previous;
    this.#isEnabled = this.#isBuilt && isSwitchedOn(cmdline, 'kho');
    this.#outgoing = new Outgoing(this.#context);
    this.#outgoing.preserver.isInUse = this.#isEnabled;
    this.#restorer = new Restorer(this.#context, undefined, undefined);
    this.#calls = this.#callsOf();
    kernel.words = {
      takeOver: 'restore it with khoRestoreFolio(), khoRestorePages() or khoRestoreVmalloc() first',
      handOver: 'preserve it with khoPreserveFolio(), khoPreservePages() or khoPreserveVmalloc()',
      forgotten: 'not preserved',
    };
  }

  get release(): Release {
    return this.#context.release;
  }

  /** Who preserved what. */
  get known(): Preservations {
    return this.#outgoing.preserver.known;
  }

  /** What was handed over and not taken back. */
  get setAside(): SetAside | undefined {
    return this.#incoming?.memory;
  }

  /** For what the next kernel says of this one in findings. */
  get liveUpdate(): LiveUpdate | undefined {
    return this.#liveUpdate;
  }

  earlyBoot(bootPointer: number | undefined): void {
    const { kernel, release } = this.#context;
    const bootData = release.bootData[kernel.machine.architecture];
    const handoff =
      bootPointer === undefined ? undefined : readBootData(kernel.machine, bootData, bootPointer);
    if (this.#isExcluded) this.#reportExcluded();
    if (handoff === undefined || handoff.fdt.start === 0) return;
    if (!this.#isBuilt) {
      this.#refuseHandover();
      return;
    }
    const incoming = new Incoming(this.#context, handoff, this.#previous?.release);
    if (incoming.populate() || incoming.panic !== undefined) this.#incoming = incoming;
  }

  beforeEarlyAllocations(): void {
    this.#incoming?.extendScratch();
  }

  afterEarlyAllocations(): void {
    const { kernel, release } = this.#context;
    if (kernel.isCrashKernel && release.isOffInCrashKernel && this.#isEnabled) {
      this.#switchOff();
      kernel.print('KHO: disabled in the kdump kernel');
    }
    this.#reserveMem = new ReserveMem(this.#context, this.#incoming);
    const isInherited = this.#incoming !== undefined;
    const request = readParameters(this.#cmdline, this.#context, isInherited);
    this.#reserveMem.parse(this.#cmdline);
    if (hasDefect(this.#context, 'map-in-kfence-pool')) this.#reserveKfencePool();
    if (this.#incoming !== undefined) this.#incoming.reservePreserved();
    else if (this.#isEnabled) {
      const regions = reserveScratch(this.#context, request);
      kernel.scratch = regions ?? [];
      if (regions === undefined) this.#disable('no scratch memory could be reserved');
    }
    kernel.recorder.event('kho', { release: release.name, enabled: this.#isEnabled });
  }

  lateBoot(): void {
    const origins = this.#previous?.known;
    this.#restorer = new Restorer(this.#context, this.#incoming, origins);
    this.#calls = this.#callsOf();
    const { kernel, release } = this.#context;
    // Until 6.18 KHO itself takes the root FDT back.
    const isTakenBack = release.serialization === 'finalize-notifiers';
    const incoming = this.#incoming;
    if (incoming !== undefined) kernel.blobAround = (physical) => incoming.blobAround(physical);
    this.#startLiveUpdate();
    if (incoming?.blob === undefined || !isTakenBack) return;
    const pfn = kernel.pfnOf(incoming.fdtAddress);
    const order = incoming.memory.orderAt(pfn);
    incoming.memory.clear(pfn);
    if (order === undefined) kernel.print('KHO: failed to restore folio for KHO fdt');
    else kernel.restore({ pfn, order, owner: 'kho', kind: 'folio' });
  }

  initialize(): void {
    if (!this.#isEnabled) return;
    this.#isInitialized = true;
    if (!this.#outgoing.start()) {
      this.#disable('kho_init() got no memory');
      return;
    }
    if (hasMetadata(this.#context)) {
      const count = readMetadata(this.#context, this.#incoming);
      if (!writeMetadata(this.#context, this.#outgoing, count)) {
        this.#disable('kho_init() got no memory for kexec-metadata');
        return;
      }
    }
    if (!this.isKhoBoot) this.#outgoing.sizeAtInit = sizeOfFdtFile(this.#outgoing);
    this.#reserveMem?.initialize(this.#outgoing);
    if (this.#hasLiveUpdate) this.#liveUpdate?.initialize();
  }

  /** early_initcall(): without `liveupdate=` as well what the kernel before left is read. */
  #startLiveUpdate(): void {
    if (luoFormat(this.#context) === undefined || !this.#isBuilt) return;
    const { kernel } = this.#context;
    this.#liveUpdate = new LiveUpdate(
      this.#context,
      this.#restorer,
      this.#outgoing,
      () => this.#isEnabled && this.#hasLiveUpdate,
      this.#previous?.liveUpdate,
    );
    if (!this.#isEnabled) {
      if (this.#hasLiveUpdate) kernel.print('luo: Disabling liveupdate because KHO is disabled');
      return;
    }
    const error = this.#incoming === undefined ? 0 : this.#liveUpdate.start(this.#incoming);
    if (error === 0) return;
    this.#panic = `panics: it does not understand the state of LUO (${error})`;
    kernel.print(
      'Kernel panic - not syncing: The incoming tree failed to initialize properly ' +
        `[${error}], disabling live update`,
    );
    kernel.recorder.finding({
      rule: 'kernel-panic',
      severity: 'error',
      message: `kernel ${kernel.number} ${this.#panic}`,
      help: 'kho compat says which kernels understand each other',
      related: [],
    });
  }

  /** kfence_alloc_pool_and_metadata() is before kho_memory_init(): of scratch on a KHO boot. */
  #reserveKfencePool(): void {
    const { kernel } = this.#context;
    const { pageBytes } = kernel.machine;
    const pool = kernel.memblock.allocate(KFENCE_PAGES * pageBytes, pageBytes);
    kernel.memblock.kfencePool = pool;
    if (pool === undefined) return;
    kernel.recorder.event('kfence_alloc_pool', { addr: hexText(pool.start) });
  }

  get #hasLiveUpdate(): boolean {
    return isSwitchedOn(this.#cmdline, 'liveupdate');
  }

  openLiveUpdate(drivers: DriverCalls): Result<void> {
    if (this.#liveUpdate?.isThere !== true) return failed('ENOENT');
    const error = this.#liveUpdate.openDevice(drivers);
    return error === 0 ? ok(undefined) : failed(errorName(error));
  }

  session(request: SessionRequest, drivers: DriverCalls): ReturnType<KhoModel['session']> {
    return this.#survive(() => this.#liveUpdate?.act(request, drivers));
  }

  async reboot(drivers: DriverCalls, returns: boolean): Promise<Result<void>> {
    if (!this.#hasLiveUpdate || this.#liveUpdate === undefined) return ok(undefined);
    const { liveUpdate } = this.#context.release;
    if (returns && liveUpdate?.skipsReturningKexec) return ok(undefined);
    const error = await this.#liveUpdate.reboot(drivers);
    if (error !== 0) return failed(errorName(error));
    if (returns) this.#liveUpdate.reportLeftFrozen();
    if (this.#context.release.serialization === 'finalize-map') this.#outgoing.finalizeMap();
    return ok(undefined);
  }

  get areSessionsLocked(): boolean {
    return this.#liveUpdate?.isLocked ?? false;
  }

  get isKhoBoot(): boolean {
    return this.#incoming?.blob !== undefined;
  }

  get panic(): string | undefined {
    return this.#panic ?? this.#incoming?.panic;
  }

  get incomingFdt(): undefined {
    return undefined;
  }

  get outgoingFdt(): Uint8Array | undefined {
    return this.#outgoing.root?.bytes;
  }

  readFile(path: string): Result<Uint8Array> {
    return readFile(path, this.#files());
  }

  writeFile(path: string, text: string, drivers: DriverCalls): Promise<Result<void>> {
    return writeFile(path, text, this.#files(), drivers);
  }

  load(kernelBytes: number, initrdBytes: number): Result<KexecImage> {
    const { kernel, release } = this.#context;
    const { rootAddress } = this.#outgoing;
    const request = { kernelBytes, initrdBytes };
    if (!this.#isEnabled || rootAddress === undefined) return loadPlain(kernel, release, request);
    const result = loadHandover(this.#context, rootAddress, request);
    if (result.kind === 'error') return failed(result.error);
    this.#loaded = result.value;
    return ok(result.value.image);
  }

  answer(call: ApiCall): ApiAnswer | undefined {
    if (!this.#isBuilt) return answerStub(call);
    return this.#liveUpdate?.answer(call) ?? answerMainlineCall(call, this.#calls);
  }

  deserialized(): void {}

  get subtrees(): readonly SubtreeOf[] {
    return (this.#outgoing.root?.subtrees ?? []).map(({ name, address, by }) => ({
      name,
      address,
      ...by.caller,
    }));
  }

  get sessions(): readonly SessionState[] {
    return this.#liveUpdate?.sessionStates ?? [];
  }

  *wouldHandOver(): Iterable<PreservedByCall> {
    const { pageBytes } = this.#context.kernel.machine;
    const bytesOf = new Map<object, number>();
    for (const { order, by } of this.known.blocks())
      if (by.kind !== 'kho') bytesOf.set(by, (bytesOf.get(by) ?? 0) + 2 ** order * pageBytes);
    for (const [by, bytes] of bytesOf) yield { ...(by as Preservation), bytes };
  }

  *leftBy(driver: string): Iterable<LeftInKho> {
    const { kernel } = this.#context;
    for (const { pfn, by } of this.known.blocks())
      if (by.driver === driver && by.kind !== 'kho')
        yield {
          kind: 'preserved',
          address: kernel.addressOf(pfn),
          call: by.call,
          ...siteOf(by),
        };
    for (const { name, by } of this.#outgoing.root?.subtrees ?? [])
      if (by.caller.driver === driver) yield { kind: 'subtree', name, ...siteOf(by.caller) };
    for (const { callback, site } of this.#outgoing.notifiersOf(driver))
      yield { kind: 'notifier', name: callback, ...siteOf(site && { site }) };
  }

  accountFor(address: number): void {
    const pfn = this.#context.kernel.pfnOf(address);
    this.known.account(pfn, pfn + 1);
  }

  uncheckedFdts(isJumping: boolean): readonly WrittenFdt[] {
    return isJumping && this.#isHandingOver ? uncheckedFdts(this.#context, this.#outgoing) : [];
  }

  handOver(image: KexecImage): HandedOver {
    const loaded = this.#loaded;
    if (loaded?.image !== image) return NOTHING_HANDED_OVER;
    const { kernel, release } = this.#context;
    if (!this.#isHandingOver) this.#reportNotFinalized();
    this.#outgoing.checkAtJump();
    this.#liveUpdate?.checkAtJump();
    this.#reportNotHandedOn();
    const kept: Range[] = [...this.#outgoing.keptPages()];
    const { rootAddress, root } = this.#outgoing;
    if (rootAddress === undefined || root?.bytes === undefined) return { kept };
    const { machine } = kernel;
    const rootPage = { start: rootAddress, end: rootAddress + machine.pageBytes };
    return {
      kept,
      image: {
        rootFdt: { kind: 'in-memory', ...physRange(rootPage) },
        scratch: kernel.scratch.map(physRange),
        scratchArray: physRange(loaded.scratchArray),
        ram: machine.ram.ranges.map(physRange),
        numaNodes: machine.nodes.map(({ id, ranges }) => ({ id, ranges: ranges.map(physRange) })),
        release: release.name,
        architecture: machine.architecture,
        byteOrder: machine.byteOrder,
        pageSizeBytes: machine.pageBytes,
      },
    };
  }

  finish(): void {
    this.#liveUpdate?.finish();
    this.#restorer.finish();
  }

  preserved(next: KhoModel | undefined): readonly PreservedRange[] {
    const memory = next instanceof MainlineModel ? next.setAside : undefined;
    return preservedRanges(this.#context, this.#outgoing.preserver.known, {
      isThere: next !== undefined,
      ...(memory === undefined ? {} : { memory }),
    });
  }

  /** Whether a jump now would hand something over. */
  get #isHandingOver(): boolean {
    const { release } = this.#context;
    return release.serialization === 'live' || this.#outgoing.isFinalized;
  }

  /** Says what this kernel was handed by drivers and its drivers do not hand to the next. */
  #reportNotHandedOn(): void {
    const before = this.#previous;
    if (!this.isKhoBoot || before === undefined) return;
    const { kernel } = this.#context;
    const handedOn = new Set(this.#outgoing.root?.subtrees.map(({ name }) => name));
    for (const { name, by } of before.#outgoing.root?.subtrees ?? [])
      if (
        by.caller.driver !== KHO.driver &&
        !kernel.diedIn.has(by.caller.driver) &&
        !handedOn.has(name)
      )
        findingAt(kernel, by.caller, {
          rule: 'not-handed-on',
          severity: 'info',
          message:
            `kernel ${kernel.number} does not hand on the subtree ${name}, which kernel ` +
            `${kernel.number - 1} handed over here`,
          help: 'what was handed over lasts for one jump: preserve it and add it again',
        });
  }

  #reportNotFinalized(): void {
    this.#context.kernel.recorder.finding({
      rule: 'never-finalized',
      severity: 'warning',
      message: 'the jump comes before state was finalized: the next kernel is handed nothing',
      help: 'write 1 to /sys/kernel/debug/kho/out/finalize before the jump',
      related: [],
    });
  }

  /** kho_enable = false: what was reserved for it is memory like any other. */
  #disable(why: string): void {
    const { kernel } = this.#context;
    this.#switchOff();
    kernel.scratch = [];
    kernel.recorder.finding({
      rule: 'scratch-too-small',
      severity: 'error',
      message: `${why}, and so KHO is off`,
      help: 'kho_scratch= takes three sizes, such as 32M,64M,32M, that fit into memory',
      related: [],
    });
  }

  #reportExcluded(): void {
    const { kernel, release } = this.#context;
    kernel.recorder.finding({
      rule: 'kho-disabled',
      severity: 'warning',
      message: `${release.title} has no KHO when it is built with DEFERRED_STRUCT_PAGE_INIT`,
      help: 'build it without, or use 7.2, where one does not exclude the other any more',
      related: [],
    });
  }

  #refuseHandover(): void {
    const { kernel } = this.#context;
    kernel.print('Passed KHO data, but CONFIG_KEXEC_HANDOVER not set. Ignoring.');
    kernel.recorder.finding({
      rule: 'handover-refused',
      severity: 'error',
      message:
        `kernel ${kernel.number} does not take what was handed over: it is built without ` +
        'CONFIG_KEXEC_HANDOVER',
      help: 'both kernels need it',
      related: [],
    });
  }

  /** What of the kernel itself runs for user space may be the end of whoever called it. */
  async #survive(
    act: () => ReturnType<KhoModel['session']> | undefined,
  ): ReturnType<KhoModel['session']> {
    try {
      return (await act()) ?? failed('ENOENT');
    } catch (error) {
      if (!(error instanceof Oops)) throw error;
      const { kernel } = this.#context;
      if (error.bug !== undefined) kernelBugAt(kernel, { driver: 'kernel' }, error.bug);
      kernel.print(`BUG: ${error.message}`);
      return failed('EFAULT');
    }
  }

  #switchOff(): void {
    this.#isEnabled = false;
    this.#calls = this.#callsOf();
    this.#outgoing.preserver.isInUse = false;
  }

  #callsOf(): MainlineCalls {
    return {
      ...this.#context,
      isEnabled: this.#isEnabled,
      incoming: this.#incoming,
      outgoing: this.#outgoing,
      restorer: this.#restorer,
      radixWalks: this.#radixWalks,
    };
  }

  #files(): Parameters<typeof readFile>[1] {
    return {
      ...this.#context,
      outgoing: this.#isEnabled && this.#isInitialized ? this.#outgoing : undefined,
      incoming: this.#incoming,
    };
  }
}
