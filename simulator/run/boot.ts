import { assert } from '../../fdt/index.ts';
import { hexText, releaseNamed, withKernelBugs } from '../../kho/index.ts';
import { reserveCrashKernel } from '../kernel/crash-kernel.ts';
import { Kernel } from '../kernel/kernel.ts';
import { STRUCT_PAGE_BYTES } from '../kernel/memblock.ts';
import { createKhoModel } from '../kho/create.ts';
import type { KexecImage, KhoModel } from '../kho/model.ts';
import { directMapBase, type Machine } from '../machine/machine.ts';
import type { Range } from '../machine/range-set.ts';
import type { KernelSpec } from '../scenario/scenario.ts';
import type { Ending } from './endings.ts';
import { isMemblock } from './memblock-calls.ts';
import type { Recorder } from './recorder.ts';

/** A kernel and its KHO. */
export interface Booted {
  readonly kernel: Kernel;
  readonly kho: KhoModel;
}

/** Firmware and legacy devices of a PC; no kernel allocates there. */
const LOW_MEMORY_BYTES = 1 << 20;
/** Where firmware puts the first kernel, from the start of memory, and how large it is. */
const FIRST_KERNEL: Range = { start: 16 << 20, end: 32 << 20 };
/** Page tables, per-CPU areas and the like. */
/** What mm/memblock.c reads itself where it is a driver. */
const RESERVE_MEM = /(?<=^|\s)reserve_mem=\S*/g;
const EARLY_BYTES = 2 << 20;

/** What was there before a kernel, and how it was left. */
export interface Predecessor extends Booted {
  readonly ending: Ending;
}

/**
 * Early boot of kernel number `number`: cold, or from what the kernel before it loaded. Undefined,
 * with a finding, if it runs out of memory.
 */
export function bootKernel(
  whole: Machine,
  recorder: Recorder,
  spec: KernelSpec,
  number: number,
  before: Predecessor | undefined,
): Booted | undefined {
  const row = releaseNamed(spec.release);
  assert(row !== undefined, `the scenario was checked: ${spec.release} is a release`);
  const { pageBytes = whole.pageBytes } = spec;
  const machine = pageBytes === whole.pageBytes ? whole : { ...whole, pageBytes };
  machine.memory.resizePages(pageBytes);
  const release = withKernelBugs(row, spec.kernelBugs, spec.kernelFixes);
  const base = directMapBase(machine, number, before?.kernel.directMapBase);
  const kernel = new Kernel(machine, recorder, {
    number,
    release: release.name,
    directMapBase: base,
    previous: before?.kernel,
    isCrashKernel: before?.ending.kind === 'crash',
    config: spec.config,
  });
  const image = before?.ending.kind === 'reset' ? undefined : before?.ending.image;
  const heir = before?.ending.kind === 'jump' ? before.kho : undefined;
  const hasOwn = spec.drivers.some(isMemblock);
  const cmdline = hasOwn ? spec.cmdline.replace(RESERVE_MEM, '') : spec.cmdline;
  const kho = createKhoModel(kernel, release, cmdline, heir);
  const listed = (ids: readonly string[]): string | undefined => ids.join(',') || undefined;
  const [bugs, fixes] = [listed(spec.kernelBugs), listed(spec.kernelFixes)];
  recorder.event('boot', { release: release.name, bugs, fixes, direct_map: hexText(base) });
  reserveImage(kernel, image);
  kho.earlyBoot(image?.bootPointer);
  kernel.crashMemory = reserveCrashKernel(kernel, spec.cmdline);
  kho.beforeEarlyAllocations();
  for (const { start, end } of kernel.deferred)
    recorder.event('defer_init', { addr: hexText(start), bytes: end - start });
  const pages = kernel.memblock.memory.size / machine.pageBytes;
  for (const [what, bytes] of [
    ['memmap', pages * STRUCT_PAGE_BYTES],
    ['early', EARLY_BYTES],
  ] as const) {
    const range = kernel.memblock.allocate(bytes, machine.pageBytes);
    if (range === undefined) {
      reportEarlyPanic(kernel, what, bytes);
      return undefined;
    }
    recorder.event('memblock_alloc', { what, addr: hexText(range.start), bytes });
  }
  kho.afterEarlyAllocations();
  return { kernel, kho };
}

function reserveImage(kernel: Kernel, image: KexecImage | undefined): void {
  const { memblock, machine } = kernel;
  const memory = image?.crashMemory === undefined ? machine.ram.ranges : [image.crashMemory];
  for (const range of memory) memblock.memory.add(range);
  const first = machine.ram.ranges[0]?.start ?? 0;
  if (machine.architecture === 'x86_64') memblock.reserved.add({ start: 0, end: LOW_MEMORY_BYTES });
  if (image === undefined) {
    const { start, end } = FIRST_KERNEL;
    memblock.reserved.add({ start: first + start, end: first + end });
    memblock.allocated.add({ start: first + start, end: first + end });
    return;
  }
  for (const { range } of image.segments) memblock.reserved.add(range);
}

function reportEarlyPanic(kernel: Kernel, what: string, bytes: number): void {
  kernel.print(`Kernel panic - not syncing: cannot allocate ${bytes} bytes for ${what}`);
  const { isScratchOnly, scratch } = kernel.memblock;
  if (isScratchOnly && scratch.size === 0) {
    kernel.recorder.finding({
      rule: 'kernel-panic',
      severity: 'error',
      message:
        `kernel ${kernel.number} panics in early boot: it may allocate from scratch alone, and ` +
        'no memory is marked as scratch any more',
      help: 'whatever makes the list of memory anew must ask is_kho_boot() first',
      related: [],
    });
    return;
  }
  kernel.recorder.finding({
    rule: 'scratch-too-small',
    severity: 'error',
    message: `kernel ${kernel.number} panics in early boot: no ${bytes} bytes for ${what}`,
    help: kernel.memblock.isScratchOnly
      ? 'until preserved memory is reserved only scratch may be used: make kho_scratch= larger'
      : 'the machine needs more memory',
    related: [],
  });
}
