// The runtime for drivers in JavaScript and TypeScript: one process per kernel.
import type {
  CallbackOutcome,
  CallHandler,
  CallSite,
  DriverFile,
  Ended,
  KernelBoot,
  KernelProcess,
  Runtime,
} from '../index.ts';
import { Child } from './child.ts';
import { DriverSources } from './driver-sources.ts';
import type { LocatedDriver, Response } from './protocol.ts';

export { canHaveRealms, createRealmRuntime, type RealmRuntime } from './realm-runtime.ts';

/** A callback that takes longer will not return. */
export const CALLBACK_TIMEOUT_MS = 10_000;
/** Starting a process and loading its drivers takes a while on a machine that is busy. */
const LOAD_TIMEOUT_MS = 30_000;
/** How much longer than the engine a kernel's process waits for its own callback. */
const LAST_RESORT_MS = 2000;
/** A process that does not say by then whether it can be used again is not. */
const END_TIMEOUT_MS = 2000;
/** JavaScript heap of a kernel's drivers. */
export const MAX_HEAP_MIB = 256;

export interface ScriptRuntimeOptions {
  /** The bundle of kernel-process.ts. */
  readonly kernelProcessPath: string;
  /** A Node.js, or an Electron that can be one; this process's own if absent. */
  readonly execPath?: string;
  /** Each kernel waits for a debugger before it loads drivers, and has all the time it needs. */
  readonly inspect?: boolean;
  /** Told of each kernel's debugger; drivers are loaded when the promise is settled. */
  onInspector?(kernel: number, inspectorUrl: string, port: number): Promise<void>;
  /** What drivers print with console.log() and the like. */
  onOutput?(kernel: number, stream: 'stdout' | 'stderr', text: string): void;
  readonly callbackTimeoutMs?: number;
  readonly maxHeapMiB?: number;
  /**
   * Gives a process one kernel after the other, each with globals of its own, where drivers are
   * modules that touch nothing of Node: many short runs take less time. Not with a debugger.
   */
  readonly isReused?: boolean;
  /** Processes that are kept ready for kernels to come. Not with a debugger. */
  readonly spares?: number;
}

/** Processes that are started for kernels of a run before their turn comes. */
const STARTED_AHEAD = 2;

export interface ScriptRuntime extends Runtime {
  prepare(kernels: readonly (readonly DriverFile[])[]): void;
  boot(boot: KernelBoot, handler: CallHandler): Promise<KernelProcess>;
  /** Ends every process that was started. */
  stop(): Promise<void>;
}

export function createScriptRuntime(options: ScriptRuntimeOptions): ScriptRuntime {
  const running = new Set<Child>();
  /** Processes whose kernel has ended. */
  const idle: Child[] = [];
  const isReused = options.isReused === true && options.inspect !== true;
  const sources = new DriverSources();
  /** Processes that no kernel has had yet. */
  const spares: Child[] = [];
  /** Kernels of the run that goes on which have no process yet. */
  let expected = 0;
  const start = (): Child => {
    const child = new Child({
      execPath: options.execPath ?? process.execPath,
      kernelProcessPath: options.kernelProcessPath,
      maxHeapMiB: options.maxHeapMiB ?? MAX_HEAP_MIB,
      isInspected: options.inspect ?? false,
      isReused,
      onOutput: (stream, text) => options.onOutput?.(child.kernel, stream, text),
    });
    running.add(child);
    void child.exited.then(() => running.delete(child));
    return child;
  };
  const startSpares = (wanted: number): void => {
    if (isReused || options.inspect) return;
    while (spares.length < wanted) spares.push(start());
  };
  /** Those of this run are started at once, those of the next when it has ended. */
  const startSparesAhead = (): void => startSpares(Math.min(expected, STARTED_AHEAD));
  const take = (): Child => {
    for (const pool of [idle, spares])
      for (let child = pool.shift(); child !== undefined; child = pool.shift())
        if (!child.isEnded) return child;
    return start();
  };
  return {
    prepare(kernels) {
      expected = kernels.length;
      startSparesAhead();
    },
    async boot(boot, handler) {
      const child = take();
      expected -= 1;
      startSparesAhead();
      child.kernel = boot.kernel;
      if (options.inspect) await announceInspector(child, boot.kernel, options);
      const kernel = await loadKernel(child, boot, handler, sources, options);
      const end = async (): Promise<void> => {
        if (isReused && (await isReusable(child))) idle.push(child);
        else await kernel.end();
        if (expected <= 0) startSpares(options.spares ?? 0);
      };
      return { ...kernel, end };
    },
    async stop() {
      await Promise.all([...running].map((child) => child.kill('it was stopped')));
    },
  };
}

/** Ends the kernel of a process; true if the process takes another. */
async function isReusable(child: Child): Promise<boolean> {
  if (child.isEnded) return false;
  child.send({ kind: 'end' });
  const last = await within(child, END_TIMEOUT_MS, () => child.next());
  return 'kind' in last && last.kind === 'ended' && last.isReusable;
}

async function announceInspector(
  child: Child,
  kernel: number,
  options: ScriptRuntimeOptions,
): Promise<void> {
  const url = await child.inspectorUrl;
  if (url !== undefined) await options.onInspector?.(kernel, url, Number(new URL(url).port));
}

async function loadKernel(
  child: Child,
  boot: KernelBoot,
  handler: CallHandler,
  sources: DriverSources,
  options: ScriptRuntimeOptions,
): Promise<KernelProcess> {
  const limitMs = options.inspect ? undefined : (options.callbackTimeoutMs ?? CALLBACK_TIMEOUT_MS);
  const lastResort = limitMs === undefined ? {} : { lastResortMs: limitMs + LAST_RESORT_MS };
  const isReused = options.isReused === true;
  const ready = isReused ? {} : await sources.of(boot.drivers);
  child.send({ kind: 'load', boot, sources: ready, isReused, ...lastResort });
  const loadLimitMs = options.inspect ? undefined : LOAD_TIMEOUT_MS;
  const unwatchLoad = child.watchMemory();
  const loaded = await within(child, loadLimitMs, () => child.next());
  unwatchLoad();
  const drivers: readonly LocatedDriver[] =
    'kind' in loaded && loaded.kind === 'loaded'
      ? loaded.drivers
      : boot.drivers.map(({ name, path }) => ({
          name,
          callbacks: [],
          sites: {},
          failure: failureOf(loaded, loadLimitMs, { path, line: 1, column: 1 }),
        }));
  return {
    drivers,
    async call(driver, callback, args) {
      const own = drivers.find(({ name }) => name === driver)?.sites[callback];
      let site = own;
      child.send({ kind: 'call', driver, callback, args });
      const unwatch = child.watchMemory();
      const last = await within(child, limitMs, async () => {
        for (;;) {
          const message = await child.next();
          if (!('kind' in message) || message.kind !== 'api') return message;
          site = message.call.site ?? site;
          child.send({ kind: 'answer', answer: handler(message.call) });
        }
      });
      unwatch();
      if ('kind' in last && last.kind === 'outcome') {
        const { outcome } = last;
        const isFailure = outcome.kind === 'returned' && (outcome.value ?? 0) !== 0;
        return isFailure && own !== undefined ? { ...outcome, site: own } : outcome;
      }
      return failureOf(last, limitMs, site);
    },
    async end() {
      await child.kill('its kernel has jumped to the next one');
    },
  };
}

/** What next() gives when a time limit was reached. */
const TIMED_OUT: Ended = { reason: 'timed out' };

async function within(
  child: Child,
  limitMs: number | undefined,
  action: () => Promise<Response | Ended>,
): Promise<Response | Ended> {
  if (limitMs === undefined) return action();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void child.kill(TIMED_OUT.reason);
  }, limitMs);
  const result = await action();
  clearTimeout(timer);
  return isLate && 'reason' in result ? TIMED_OUT : result;
}

function failureOf(
  last: Response | Ended,
  limitMs: number | undefined,
  site: CallSite | undefined,
): Exclude<CallbackOutcome, { kind: 'returned' }> {
  const place = site === undefined ? {} : { site };
  if (last === TIMED_OUT) return { kind: 'timed-out', limitMs: limitMs ?? 0, ...place };
  const reason = 'reason' in last ? last.reason : 'it sent what was not asked for';
  return { kind: 'died', reason, ...place };
}
