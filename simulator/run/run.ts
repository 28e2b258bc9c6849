// Runs a scenario: kernel after kernel, phase after phase.

import { type ByteOrder, type Issue, printDts, readFdt } from '../../fdt/index.ts';
import {
  type BindingSet,
  checkBlob,
  createPrintTypes,
  type HandoverImage,
  hexText,
  releaseNamed,
} from '../../kho/index.ts';
import { type Kernel, siteOf } from '../kernel/kernel.ts';
import { NOTHING_HANDED_OVER, type WrittenFdt } from '../kho/model.ts';
import { createMachine, type Machine } from '../machine/machine.ts';
import { RangeSet } from '../machine/range-set.ts';
import type { KernelSummary, Phase, RunResult } from '../result.ts';
import type { DriverFile, Runtime } from '../runtime.ts';
import type { DriverSpec, KernelSpec, Scenario, Step } from '../scenario/scenario.ts';
import { kernelStateOf, type MachineState } from '../trace/state.ts';
import { createCallHandler } from './api.ts';
import { type Booted, bootKernel, type Predecessor } from './boot.ts';
import { Drivers } from './drivers.ts';
import { type Ending, LoadedImages, reportLost, whyLost } from './endings.ts';
import { expectationOf } from './expectation.ts';
import { Faults } from './faults.ts';
import { FailureWatch, reportLeftovers } from './leftovers.ts';
import { Recorder } from './recorder.ts';
import { expectError } from './step-findings.ts';
import { runStep } from './steps.ts';
import { UserFiles } from './user-files.ts';

/** Asks for what there is when the events with these numbers, from 1, have happened. */
export interface LookAt {
  readonly events: readonly number[];
  /** Called in the order of the events. */
  onState(state: MachineState): void;
}

export interface RunOptions {
  /** Instead of the scenario's. */
  readonly seed?: number;
  readonly runtime: Runtime;
  /** Types and rules for the FDTs that are made. */
  readonly bindings: BindingSet;
  onTraceLine?(line: string): void;
  /** Awaited before each phase of each kernel, so that a debugger can stop there. */
  beforePhase?(kernel: number, phase: Phase): Promise<void>;
  readonly cancellation?: { readonly isCancelled: boolean };
  /** Which of the calls that may fail does, from 1; RunResult.fallibleCalls says how many. */
  readonly failingCall?: number;
  /** Several of them. */
  readonly failingCalls?: readonly number[];
  /** Bugs of every kernel that can have them, besides those of the scenario: their numbers. */
  readonly kernelBugs?: readonly string[];
  /** Bugs that no kernel has, also where its release does. */
  readonly kernelFixes?: readonly string[];
  readonly lookAt?: LookAt;
}

/** Ends a run early, for a reason. Caught by runScenario() and never seen outside. */
class Stop extends Error {
  readonly outcome: 'stopped' | 'cancelled';

  constructor(outcome: 'stopped' | 'cancelled', reason: string) {
    super(reason);
    this.outcome = outcome;
  }
}

/** What has happened so far. */
interface Progress {
  readonly machine: Machine;
  readonly recorder: Recorder;
  readonly kernels: (Booted & { readonly phases: Phase[]; readonly spec: KernelSpec })[];
  readonly images: HandoverImage[];
  readonly issues: Issue[];
  readonly faults: Faults;
}

/**
 * Runs all kernels of a scenario. Rejects only for mistakes of ours: whatever drivers, user space
 * or the scenario do wrong is in the result.
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunResult> {
  const seed = options.seed ?? scenario.seed;
  const recorder = new Recorder(options.onTraceLine?.bind(options));
  const machine = createMachine(scenario.machine, seed);
  const faults = new Faults({
    calls: [options.failingCall ?? [], options.failingCalls ?? []].flat(),
    specs: scenario.faults ?? [],
  });
  const progress: Progress = { machine, recorder, kernels: [], images: [], issues: [], faults };
  lookAtEvent(progress, options);
  options.runtime.prepare?.(scenario.kernels.map((spec) => driverFiles(spec, scenario)));
  let end: Pick<RunResult, 'outcome' | 'reason'> = { outcome: 'completed' };
  try {
    let ending: Ending | undefined;
    for (const [index, spec] of scenario.kernels.entries())
      ending = await runKernel(scenario, spec, index + 1, ending, progress, { ...options, seed });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    end = { outcome: error.outcome, reason: error.message };
    recorder.event('stop', { reason: error.message });
  }
  recorder.look();
  return {
    title: scenario.title,
    seed,
    ...end,
    ...expectationOf(scenario, recorder.findings),
    get trace() {
      return recorder.trace;
    },
    traceLines: () => recorder.lines(),
    eventCount: recorder.eventCount,
    findings: recorder.findings,
    issues: progress.issues,
    kernels: progress.kernels.map((each, index) =>
      summaryOf(each, progress.kernels[index + 1], options.bindings),
    ),
    images: progress.images,
    fallibleCalls: faults.count,
    fallibleSites: faults.sites,
    faults: faults.injected,
  };
}

/** Has states made when their events come: one replay is enough for all of them. */
function lookAtEvent(
  { recorder, kernels }: Progress,
  { lookAt, bindings }: Pick<RunOptions, 'lookAt' | 'bindings'>,
): void {
  if (lookAt === undefined) return;
  const events = [...new Set(lookAt.events)].filter((each) => each > 0).sort((a, b) => a - b);
  recorder.lookAt = {
    events,
    reached({ number: event, kernel, phase }, line) {
      const { findings } = recorder;
      const states = kernels.map((each, index) =>
        kernelStateOf(each.kernel, each.kho, kernels[index + 1]?.kho, bindings),
      );
      lookAt.onState({ event, line, kernel, phase, kernels: states, findings: [...findings] });
    },
  };
}

/** Runs one kernel until it ends; how it did is what the next one starts from. */
async function runKernel(
  scenario: Scenario,
  spec: KernelSpec,
  number: number,
  ended: Ending | undefined,
  progress: Progress,
  options: RunOptions & { readonly seed: number },
): Promise<Ending | undefined> {
  const { machine, recorder } = progress;
  recorder.kernel = number;
  const phases: Phase[] = [];
  const enter = async (phase: Phase): Promise<void> => {
    if (options.cancellation?.isCancelled) throw new Stop('cancelled', 'the run was cancelled');
    if (machine.memory.isFull)
      throw new Stop('stopped', 'more memory was written than can be simulated');
    if (recorder.phase === phase && phases.length > 0) return;
    recorder.phase = phase;
    if (!phases.includes(phase)) phases.push(phase);
    await options.beforePhase?.(number, phase);
    recorder.event('phase');
    recorder.look();
  };
  await enter('early-boot');
  const before = progress.kernels.at(-1);
  const from: Predecessor | undefined = before && ended && { ...before, ending: ended };
  const booted = bootKernel(machine, recorder, withBugs(spec, options), number, from);
  if (booted === undefined)
    throw new Stop('stopped', `kernel ${number} ran out of memory in early boot`);
  progress.kernels.push({ ...booted, phases, spec });
  stopAtPanic(booted);
  const { kernel, kho } = booted;
  kernel.mayFail = (what) => progress.faults.injectOwn(what, kernel);
  await enter('late-boot');
  kernel.startAllocator(kernel.memblock.scratch);
  kho.lateBoot();
  stopAtPanic(booted);
  const files = driverFiles(spec, scenario);
  const handler = createCallHandler(kernel, kho, progress.faults);
  const watch = new FailureWatch(kernel, kho, progress.faults);
  const drivers = await Drivers.load(
    kernel,
    files,
    spec.cmdline,
    options.seed,
    options.runtime,
    handler,
    watch,
  );
  try {
    await startDrivers(drivers, booted, watch);
    stopAtPanic(booted);
    await enter('run');
    const ending = await runSteps(spec, { ...booted, drivers, watch }, enter, progress, options);
    if (ending === undefined) {
      await enter('shutdown');
      kho.finish();
      if (number < scenario.kernels.length)
        throw new Stop('stopped', `kernel ${number} never jumped to the next`);
      return undefined;
    }
    await enter(ending.kind === 'reset' ? 'shutdown' : 'jump');
    if (ending.kind !== 'crash') kho.finish();
    leave(booted, ending, progress);
    return ending;
  } finally {
    await drivers.end();
  }
}

function stopAtPanic({ kernel, kho }: Booted): void {
  if (kho.panic !== undefined) throw new Stop('stopped', `kernel ${kernel.number} ${kho.panic}`);
}

async function startDrivers(drivers: Drivers, booted: Booted, watch: FailureWatch): Promise<void> {
  const { kernel, kho } = booted;
  for (const driver of drivers.names)
    if (drivers.exports(driver, 'earlyInit')) await drivers.call(driver, 'earlyInit', []);
  kho.initialize();
  stopAtPanic(booted);
  for (const driver of drivers.names) {
    const isUp = !drivers.exports(driver, 'init') || (await drivers.call(driver, 'init', []));
    // In C an initcall is where what was handed over is looked at.
    kho.deserialized(driver);
    if (!isUp) {
      // A driver that threw took its kernel's thread down and had no error path to run.
      if (drivers.names.includes(driver)) reportLeftovers(driver, 'init', kernel, kho);
      watch.forget();
      drivers.unload(driver);
      continue;
    }
    const fdt = kho.incomingFdt;
    if (fdt === undefined || !drivers.exports(driver, 'deserialize')) continue;
    await drivers.call(driver, 'deserialize', [fdt]);
    watch.report();
    kho.deserialized(driver);
  }
}

/** What user space does; how the kernel ended, or undefined if it did not. */
async function runSteps(
  spec: KernelSpec,
  { kernel, kho, drivers, watch }: Booted & { drivers: Drivers; watch: FailureWatch },
  enter: (phase: Phase) => Promise<void>,
  progress: Progress,
  options: RunOptions,
): Promise<Ending | undefined> {
  const images = new LoadedImages();
  const files = new UserFiles(kernel, kho, drivers);
  for (const step of spec.steps) {
    if (step.kind === 'panic' || step.kind === 'reboot') {
      kernel.recorder.event(step.kind);
      if (step.kind === 'panic') kernel.print('Kernel panic - not syncing: as the scenario says');
      if (step.kind === 'reboot') await drivers.beforeJump(false);
      watch.report();
      if (step.kind === 'reboot' || images.crash === undefined) return { kind: 'reset' };
      return { kind: 'crash', image: images.crash };
    }
    if (step.kind === 'kexec') {
      const image = images.next;
      if (image === undefined) {
        // kernel_kexec() returns -EINVAL, and user space goes on.
        if (step.error === 'EINVAL') continue;
        throw new Stop('stopped', `kernel ${kernel.number} jumps, but no kernel was loaded`);
      }
      const rebooted = await kho.reboot(drivers, image.returns === true);
      expectError(step, rebooted, 'the jump', kernel);
      if (rebooted.kind === 'error') continue;
      if (image.returns) {
        kernel.recorder.event('kexec_jump_back');
        continue;
      }
      await runMeanwhile(step, { kernel, kho, drivers }, files);
      await drivers.beforeJump(true);
      watch.report();
      for (const fdt of kho.uncheckedFdts(true)) checkFdt(fdt, kernel, options.bindings, progress);
      return { kind: 'jump', image };
    }
    if (step.kind === 'kexec-unload') {
      await enter('load');
      kernel.recorder.event('kexec_unload');
      images.remove(step.isCrash);
      continue;
    }
    const isSerializing = step.kind === 'write' && /\/(active|finalize)$/.test(step.path);
    await enter(step.kind === 'kexec-load' ? 'load' : isSerializing ? 'serialize' : 'run');
    const loaded = await runStep(step, kernel, kho, drivers, files);
    watch.report();
    if (loaded !== undefined) images.add(loaded);
    for (const fdt of kho.uncheckedFdts(false)) checkFdt(fdt, kernel, options.bindings, progress);
  }
  return undefined;
}

/** What other tasks do while the kernel is on its way to the jump. */
async function runMeanwhile(
  { meanwhile = [] }: Step & { kind: 'kexec' },
  { kernel, kho, drivers }: Booted & { drivers: Drivers },
  files: UserFiles,
): Promise<void> {
  for (const step of meanwhile) {
    if (step.kind === 'kexec' || step.kind === 'kexec-unload') continue;
    if (step.kind === 'panic' || step.kind === 'reboot') continue;
    if (step.kind === 'session' && kho.areSessionsLocked) {
      kernel.recorder.event('session_waits', { session: step.session, action: step.action });
      continue;
    }
    await runStep(step, kernel, kho, drivers, files);
  }
}

/** What the rules find in an FDT is a finding where the driver wrote it. */
function checkFdt(
  { path, bytes, writerOf }: WrittenFdt,
  kernel: Kernel,
  bindings: BindingSet,
  { issues, recorder }: Progress,
): void {
  const { byteOrder, pageBytes } = kernel.machine;
  const release = releaseNamed(kernel.release);
  const options = { bindings, byteOrder, pageBytes, path, ...(release && { release }) };
  for (const issue of checkBlob(bytes, options).issues) {
    const writer = writerOf(issue.blob?.node ?? '');
    if (writer === undefined) issues.push(issue);
    else if (!recorder.wasSaid('error-pointer', writer.site))
      recorder.finding({
        rule: issue.rule,
        severity: issue.severity,
        message: issue.message,
        ...(issue.help === undefined ? {} : { help: issue.help }),
        driver: writer.driver,
        ...siteOf(writer),
        related: [],
      });
  }
}

/**
 * machine_kexec(): the image is put in place and all else that was not handed over is gone. A
 * crash kernel has its image in place already, and leaves the memory around it to whoever looks.
 */
function leave(
  { kernel, kho }: Booted,
  ending: Ending,
  { machine, recorder, images }: Progress,
): void {
  const { memory } = machine;
  const why = whyLost(ending);
  if (why !== undefined) reportLost(kernel, kho, why);
  const handedOver = ending.kind === 'jump' ? kho.handOver(ending.image) : NOTHING_HANDED_OVER;
  const kept = new RangeSet(handedOver.kept);
  if (ending.kind !== 'crash') memory.poisonExcept(kept);
  kernel.retire();
  if (ending.kind === 'reset') return;
  const { image } = ending;
  for (const { name, range, bytes } of image.segments) {
    if (bytes === undefined) continue;
    memory.write(range.start, bytes);
    kept.add(kernel.pagesOf(range));
    recorder.event('segment', { name, addr: hexText(range.start), bytes: bytes.length });
  }
  if (handedOver.image !== undefined)
    images.push({ ...handedOver.image, memory: memory.snapshot(kept) });
}

function summaryOf(
  { kernel, kho, phases, spec }: Progress['kernels'][number],
  next: Booted | undefined,
  bindings: BindingSet,
): KernelSummary {
  const fdt = kho.outgoingFdt;
  const { byteOrder } = kernel.machine;
  return {
    kernel: kernel.number,
    release: kernel.release,
    drivers: spec.drivers.map(({ name }) => name),
    isKhoBoot: kho.isKhoBoot,
    phases,
    ...(fdt === undefined
      ? {}
      : { fdt, fdtSource: fdtSource(fdt, byteOrder, bindings.preferring(kernel.release)) }),
    preserved: kho.preserved(next?.kho),
    console: kernel.console,
  };
}

function fdtSource(blob: Uint8Array, byteOrder: ByteOrder, bindings: BindingSet): string {
  const { value: tree } = readFdt(blob);
  if (tree === undefined) return '';
  return printDts(tree, { byteOrder, typeOf: createPrintTypes(bindings) });
}

function withBugs(
  spec: KernelSpec,
  { kernelBugs = [], kernelFixes = [] }: Pick<RunOptions, 'kernelBugs' | 'kernelFixes'>,
): KernelSpec {
  return {
    ...spec,
    kernelBugs: [...spec.kernelBugs, ...kernelBugs],
    kernelFixes: [...spec.kernelFixes, ...kernelFixes],
  };
}

/** Drivers are named relative to the scenario. */
function driverFiles({ drivers }: KernelSpec, { path }: Scenario): DriverFile[] {
  return drivers.map((driver) => driverFile(driver, path));
}

function driverFile({ name, path }: DriverSpec, scenario: string): DriverFile {
  if (path.startsWith('/')) return { name, path };
  const parts = scenario.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return { name, path: parts.join('/') };
}
