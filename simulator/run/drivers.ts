// The drivers of one kernel: loading and calling them, and saying what went wrong in them.
import { type Kernel, siteOf } from '../kernel/kernel.ts';
import { kernelMemory } from '../kernel/mapped-memory.ts';
import { errorName } from '../kho/mainline/errors.ts';
import { type CallbackAnswer, type DriverCalls, failed, ok, type Result } from '../kho/model.ts';
import type {
  ApiValue,
  CallbackFailure,
  CallHandler,
  DriverFile,
  DriverProblem,
  KernelProcess,
  Runtime,
} from '../runtime.ts';
import type { FailureWatch } from './leftovers.ts';

/** EFAULT of include/uapi/asm-generic/errno-base.h. */
const EFAULT = 14;

/** A kernel's drivers, running. */
export class Drivers implements DriverCalls {
  readonly #kernel: Kernel;
  readonly #process: KernelProcess;
  readonly #watch: FailureWatch;
  /** Drivers that could not be loaded or whose init failed are not called again. */
  readonly #dead = new Set<string>();

  private constructor(kernel: Kernel, process: KernelProcess, watch: FailureWatch) {
    this.#kernel = kernel;
    this.#process = process;
    this.#watch = watch;
  }

  /** Starts the process of a kernel and loads its drivers. */
  static async load(
    kernel: Kernel,
    files: readonly DriverFile[],
    cmdline: string,
    seed: number,
    runtime: Runtime,
    handler: CallHandler,
    watch: FailureWatch,
  ): Promise<Drivers> {
    const { machine, directMapBase, number } = kernel;
    const process = await runtime.boot(
      {
        kernel: number,
        release: kernel.release,
        drivers: files,
        cmdline,
        seed: seed + number,
        directMapBase,
        pageBytes: machine.pageBytes,
        byteOrder: machine.byteOrder,
      },
      handler,
      kernelMemory(kernel),
    );
    const drivers = new Drivers(kernel, process, watch);
    for (const { name, failure, problems } of process.drivers) {
      if (failure !== undefined) drivers.#failed(name, `loading ${name}`, failure);
      if (problems !== undefined) drivers.#notBuilt(name, problems);
    }
    return drivers;
  }

  get names(): readonly string[] {
    return this.#process.drivers.map(({ name }) => name).filter((name) => !this.#dead.has(name));
  }

  exports(driver: string, callback: string): boolean {
    const found = this.#process.drivers.find(({ name }) => name === driver);
    return found?.callbacks.includes(callback) === true && !this.#dead.has(driver);
  }

  /** Calls whoever is told before a kexec or a reboot, which nobody can refuse any more. */
  async beforeJump(isKexec: boolean): Promise<void> {
    for (const name of this.names)
      if (this.exports(name, 'beforeJump')) await this.call(name, 'beforeJump', [isKexec]);
  }

  async ask(driver: string, callback: string, args: readonly ApiValue[]): Promise<CallbackAnswer> {
    return (await this.#call(driver, callback, args)) ?? { value: -EFAULT };
  }

  /** Calls a callback, if the driver has it. */
  async call(driver: string, callback: string, args: readonly ApiValue[]): Promise<boolean> {
    const { recorder } = this.#kernel;
    const answer = await this.#call(driver, callback, args);
    if (answer === undefined) return false;
    const isFailure = answer.value !== 0;
    if (isFailure && callback !== 'serialize')
      recorder.finding({
        rule: 'driver-failed',
        severity: 'error',
        message: `${callback}() of ${driver} failed with ${answer.value}`,
        driver,
        ...siteOf(answer),
        related: [],
      });
    return !isFailure;
  }

  /** What it returned, 0 for nothing; undefined, with a finding, if it did not return. */
  async #call(
    driver: string,
    callback: string,
    args: readonly ApiValue[],
  ): Promise<CallbackAnswer | undefined> {
    const { recorder } = this.#kernel;
    recorder.event('call', { driver, callback });
    this.#watch.begin(driver, callback);
    this.#kernel.locks.begin();
    const outcome = await this.#process.call(driver, callback, args);
    if (outcome.kind !== 'returned') {
      recorder.event('return', { driver, callback, outcome: outcome.kind });
      this.#failed(driver, `${callback}() of ${driver}`, outcome);
      return undefined;
    }
    this.#kernel.locks.end(`${callback}() of ${driver}`);
    const value = typeof outcome.value === 'number' ? outcome.value : 0;
    recorder.event('return', { driver, callback, value: value === 0 ? undefined : value });
    this.#watch.end(driver, callback, value !== 0);
    return { value, ...siteOf(outcome) };
  }

  /**
   * What a file that a driver offers answers to a write, or to a read if `text` is undefined;
   * undefined if there is no such file.
   */
  async useFile(path: string, text: string | undefined): Promise<Result<Uint8Array> | undefined> {
    const outcome = await this.#process.useFile?.(path, text);
    if (outcome === undefined || outcome.kind === 'absent') return undefined;
    if (outcome.kind === 'used')
      return outcome.result < 0 ? failed(errorName(outcome.result)) : ok(outcome.bytes);
    this.#failed(outcome.driver, `${text === undefined ? 'reading' : 'writing'} ${path}`, outcome);
    return failed(errorName(-EFAULT));
  }

  /** A driver whose initcall failed is not there. */
  unload(driver: string): void {
    this.#dead.add(driver);
  }

  end(): Promise<void> {
    return this.#process.end();
  }

  #notBuilt(driver: string, problems: readonly DriverProblem[]): void {
    this.#dead.add(driver);
    for (const { message, help, site } of problems)
      this.#kernel.recorder.finding({
        rule: 'driver-not-built',
        severity: 'error',
        message,
        ...(help === undefined ? {} : { help }),
        driver,
        site,
        related: [],
      });
  }

  #failed(driver: string, what: string, failure: CallbackFailure): void {
    this.#dead.add(driver);
    this.#kernel.diedIn.add(driver);
    const { site } = failure;
    // What the kernel did not survive was said when it happened.
    const { oops } = this.#kernel;
    if (oops !== undefined && failure.kind === 'threw' && failure.message.includes(oops)) return;
    const [rule, message] = FAILURES[failure.kind](failure);
    this.#kernel.recorder.finding({
      rule,
      severity: 'error',
      message: `${what} ${message}`,
      driver,
      ...(site === undefined ? {} : { site }),
      related: [],
    });
  }
}

const FAILURES: Readonly<
  Record<CallbackFailure['kind'], (failure: CallbackFailure) => readonly [string, string]>
> = {
  threw: (failure) => ['driver-threw', `threw: ${(failure as { message: string }).message}`],
  'timed-out': (failure) => {
    const { limitMs } = failure as { limitMs: number };
    return ['driver-timed-out', `did not return within ${limitMs / 1000} s and was stopped`];
  },
  died: (failure) => {
    const { reason } = failure as { reason: string };
    return ['driver-died', `took its kernel down: ${reason}`];
  },
};
