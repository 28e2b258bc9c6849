// KHO of the patch series v3 in one kernel: what the engine drives, put together.
import { hexText, type Release, sizeText } from '../../../kho/index.ts';
import type { Fdt } from '../../driver-api.ts';
import { type Kernel, siteOf } from '../../kernel/kernel.ts';
import type { PreservedRange } from '../../result.ts';
import type { ApiAnswer, ApiCall } from '../../runtime.ts';
import { parseSize } from '../../scenario/sizes.ts';
import { readBootData } from '../boot-data.ts';
import {
  type DriverCalls,
  failed,
  type HandedOver,
  type KexecImage,
  type KhoModel,
  NOTHING_HANDED_OVER,
  ok,
  type PreservedByCall,
  type Result,
  type WrittenFdt,
} from '../model.ts';
import { answerSeedCall } from './api.ts';
import { CompatibleChecks } from './compatible-checks.ts';
import { readFile, writeFile } from './files.ts';
import { INCOMING_FDT, Incoming } from './incoming.ts';
import { type Loaded, loadImage } from './load.ts';
import { Outgoing } from './outgoing.ts';

/** Scratch memory starts and ends at page blocks: CMA_MIN_ALIGNMENT_BYTES with 4 KiB pages. */
const SCRATCH_ALIGN_PAGES = 1024;

export class SeedModel implements KhoModel {
  readonly #kernel: Kernel;
  readonly #release: Release;
  readonly #cmdline: string;
  readonly #previous: SeedModel | undefined;
  readonly outgoing: Outgoing;
  #incoming: Incoming | undefined;
  readonly #checks: CompatibleChecks;
  #loaded: Loaded | undefined;
  /** The FDT that the rules saw last. */
  #checked: Uint8Array | undefined;

  constructor(kernel: Kernel, release: Release, cmdline: string, previous: SeedModel | undefined) {
    this.#kernel = kernel;
    this.#release = release;
    this.#cmdline = cmdline;
    this.#previous = previous;
    this.outgoing = new Outgoing(kernel, release);
    this.#checks = new CompatibleChecks(kernel);
  }

  earlyBoot(bootPointer: number | undefined): void {
    const { machine } = this.#kernel;
    const bootData = this.#release.bootData[machine.architecture];
    const handoff =
      bootPointer === undefined ? undefined : readBootData(machine, bootData, bootPointer);
    if (handoff !== undefined) {
      const origins = this.#previous?.outgoing.serialized?.references ?? [];
      const incoming = new Incoming(this.#kernel, this.#release, handoff, origins);
      if (incoming.populate() || incoming.panic !== undefined) this.#incoming = incoming;
    }
  }

  beforeEarlyAllocations(): void {}

  openLiveUpdate(): Result<void> {
    return failed('ENOENT');
  }

  async session(): ReturnType<KhoModel['session']> {
    return failed('ENOENT');
  }

  *wouldHandOver(): Iterable<PreservedByCall> {
    const bytesOf = new Map<string, PreservedByCall>();
    for (const { range, node, driver = 'kernel' } of this.outgoing.serialized?.references ?? []) {
      const bytes = (bytesOf.get(node)?.bytes ?? 0) + range.end - range.start;
      const site = siteOf(this.outgoing.writerOf(`${node}:mem`));
      bytesOf.set(node, { driver, call: 'serialize', bytes, ...site });
    }
    yield* bytesOf.values();
  }

  async reboot(): Promise<Result<void>> {
    return ok(undefined);
  }

  leftBy(): readonly [] {
    return [];
  }

  get subtrees(): readonly [] {
    return [];
  }

  initialize(): void {}

  /** setup_arch() has made its early allocations, from scratch alone on a KHO boot. */
  afterEarlyAllocations(): void {
    if (this.#incoming === undefined) this.#reserveScratch();
    else this.#incoming.reservePreviousMemory();
  }

  lateBoot(): void {
    this.#incoming?.populateReferenceCounts();
  }

  get panic(): string | undefined {
    return this.#incoming?.panic;
  }

  get isKhoBoot(): boolean {
    return this.#incoming?.blob !== undefined;
  }

  get incomingFdt(): Fdt | undefined {
    return this.isKhoBoot ? (INCOMING_FDT as Fdt) : undefined;
  }

  get outgoingFdt(): Uint8Array | undefined {
    return this.outgoing.serialized?.blob;
  }

  uncheckedFdts(): readonly WrittenFdt[] {
    const bytes = this.outgoingFdt;
    const isKnown = bytes === this.#checked;
    this.#checked = bytes;
    if (bytes === undefined || isKnown) return [];
    const path = `kernel ${this.#kernel.number}: /sys/kernel/kho/dt`;
    return [{ path, bytes, writerOf: (place) => this.outgoing.writerOf(place) }];
  }

  handOver(image: KexecImage): HandedOver {
    const loaded = this.#loaded;
    return loaded?.image === image ? loaded.handedOver : NOTHING_HANDED_OVER;
  }

  readFile(path: string): Result<Uint8Array> {
    return readFile(path, this.#files());
  }

  writeFile(path: string, text: string, drivers: DriverCalls): Promise<Result<void>> {
    return writeFile(path, text, this.#files(), drivers);
  }

  load(kernelBytes: number, initrdBytes: number): Result<KexecImage> {
    const request = { kernelBytes, initrdBytes };
    const result = loadImage(this.#kernel, this.#release, this.outgoing, request);
    if (result.kind === 'error') return result;
    this.#loaded = result.value;
    return ok(result.value.image);
  }

  answer(call: ApiCall): ApiAnswer | undefined {
    const incoming = this.isKhoBoot ? this.#incoming : undefined;
    return answerSeedCall(call, {
      kernel: this.#kernel,
      outgoing: this.outgoing,
      incoming,
      incomingBlob: incoming?.blob,
      checks: this.#checks,
    });
  }

  accountFor(): void {}

  deserialized(driver: string): void {
    this.#checks.report(driver);
  }

  finish(): void {
    if (this.isKhoBoot) this.#incoming?.finish();
  }

  preserved(next: KhoModel | undefined): readonly PreservedRange[] {
    const incoming = next instanceof SeedModel ? next.#incoming : undefined;
    return (this.outgoing.serialized?.references ?? []).map((reference) => ({
      address: BigInt(reference.range.start),
      sizeBytes: BigInt(reference.range.end - reference.range.start),
      node: reference.node,
      ...(reference.driver === undefined ? {} : { driver: reference.driver }),
      fate: next === undefined ? 'no-next-kernel' : (incoming?.fateOf(reference) ?? 'unclaimed'),
    }));
  }

  #files(): Parameters<typeof readFile>[1] {
    return {
      kernel: this.#kernel,
      release: this.#release,
      outgoing: this.outgoing,
      incomingFdt: this.isKhoBoot ? this.#incoming?.blob : undefined,
    };
  }

  /** kho_reserve_scratch(), from the kho_scratch= parameter; without it there is no handover. */
  #reserveScratch(): void {
    const { memblock, machine, recorder } = this.#kernel;
    const parameter = /(?:^|\s)kho_scratch=(\S*)/.exec(this.#cmdline)?.[1];
    const wanted = parameter === undefined ? 0 : (parseSize(parameter) ?? 0);
    if (parameter !== undefined && wanted === 0)
      this.#complain(`kho_scratch=${parameter} is not a size`);
    if (wanted === 0) return;
    const align = machine.pageBytes * SCRATCH_ALIGN_PAGES;
    const size = Math.ceil(wanted / align) * align;
    const range = memblock.allocate(size, align);
    if (range === undefined) {
      this.#complain(`${sizeText(BigInt(size))} of contiguous memory are not to be had`);
      return;
    }
    // CMA: taken from memblock now, given to the page allocator as movable memory later.
    memblock.reserved.remove(range);
    memblock.scratch.add(range);
    this.#kernel.scratch = [range];
    recorder.event('kho_reserve_scratch', { addr: hexText(range.start), len: hexText(size) });
  }

  #complain(why: string): void {
    this.#kernel.recorder.finding({
      rule: 'scratch-too-small',
      severity: 'error',
      message: `no scratch memory could be reserved, and so there is no handover: ${why}`,
      help: 'kho_scratch= takes a size such as 64M that fits into the memory of the machine',
      related: [],
    });
  }
}
