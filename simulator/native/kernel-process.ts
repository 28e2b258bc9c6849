// A kernel whose drivers are a process: calls them, and answers what they ask meanwhile.
import type {
  AccessVerb,
  ApiValue,
  CallbackOutcome,
  CallHandler,
  CallSite,
  Ended,
  FileOutcome,
  ForeignAddress,
  KernelBoot,
  KernelMemory,
  KernelProcess,
  LoadedDriver,
} from '../index.ts';
import { type AddressSpace, addressSpace } from './addresses.ts';
import { answerValues, argumentsFrom, nameInC } from './calls.ts';
import type { Child } from './child.ts';
import type { LineTable } from './line-table.ts';
import type { MemoryFile, Revoked } from './memory-file.ts';
import { describeAddress, type ProcessLayout } from './program-address.ts';
import type { ResultKind } from './result-kinds.ts';
import { type SeedNotifier, SeedNotifiers } from './seed-notifiers.ts';
import type { NativeFunction } from './symbols.ts';
import { type Build, moduleOf } from './toolchain.ts';
import {
  address,
  bytes,
  MalformedMessage,
  MessageReader,
  number,
  text,
  type WireValue,
  word,
} from './wire.ts';

/** KHO_INITCALL_EARLY of include/linux/init.h; what follows is in the order of the kernel. */
const EARLY = 0;
/** Behind the last of them: what is told of is a suite of KUnit. process.c knows it. */
const SUITES = 100;
/** Both windows of addresses that a process has memory in: MemoryFile's last resort. */
const VMALLOC_NATIVE: Revoked = { address: 0x4000_0000_0000n, lengthBytes: 2 ** 44 };
/** include/linux/notifier.h: what a notifier returns is an error if it is above NOTIFY_OK. */
const NOTIFY_OK = 1;
const NOTIFY_STOP_MASK = 0x8000;
/** `enum kho_event` of the releases with notifiers. */
const EVENTS: Readonly<Record<string, number>> = { KEXEC_KHO_FINALIZE: 0, KEXEC_KHO_ABORT: 1 };
/** The same of the series before, with the callbacks that the engine has for them. */
const KEXEC_KHO_DUMP = 0;
const SEED_EVENTS: Readonly<Record<string, number>> = { serialize: KEXEC_KHO_DUMP, abort: 1 };

export interface NativeParts {
  readonly boot: KernelBoot;
  readonly handler: CallHandler;
  readonly memory: KernelMemory;
  readonly file: MemoryFile;
  readonly child: Child;
  readonly lines: LineTable;
  readonly build: Build;
  readonly timeoutMs: number | undefined;
  /** Where the processes of this run have their programs, by their kernel's memory. */
  readonly layouts: WeakMap<KernelMemory, ProcessLayout>;
}

interface Initcall {
  readonly driver: string;
  readonly name: string;
  readonly offset: number;
  readonly level: number;
}

interface Notifier {
  readonly offset: number;
  /** Address of its struct notifier_block. */
  readonly block: bigint;
}

export class NativeKernel implements KernelProcess {
  readonly #parts: NativeParts;
  readonly #space: AddressSpace;
  readonly #everything: readonly Revoked[];
  #initcalls: readonly Initcall[] = [];
  readonly #notifiers = new Map<string, Notifier>();
  readonly #seedNotifiers = new SeedNotifiers();
  /** Whose callback is running. */
  #driver = '';
  #lastSite: CallSite | undefined;
  #drivers: readonly LoadedDriver[] = [];
  /** The function of a driver that runs, if it is not what was invoked. */
  #place: number | undefined;
  /** One of the functions that are called before the jump. */
  #toldAtReboot = 0;
  /** What was read of a file. */
  #content: Uint8Array = new Uint8Array();

  private constructor(parts: NativeParts) {
    this.#parts = parts;
    const { boot, memory } = parts;
    this.#space = addressSpace(boot.directMapBase);
    const direct = this.#space.toNative(boot.directMapBase);
    this.#everything = [{ address: direct, lengthBytes: memory.endAddress }, VMALLOC_NATIVE];
  }

  /** Tells the process which kernel it is, and learns what there is to call. */
  static async start(parts: NativeParts): Promise<NativeKernel> {
    const kernel = new NativeKernel(parts);
    const { boot, memory, child } = parts;
    const direct = kernel.#space.toNative(boot.directMapBase);
    child.send([text('boot'), address(direct), word(memory.endAddress), word(boot.seed)]);
    const ready = await kernel.#within(() => child.next());
    let failure = 'reason' in ready ? ready.reason : undefined;
    if (!('reason' in ready)) {
      kernel.#initcalls = kernel.#readInitcalls(ready);
      failure = await kernel.#parseParameters();
    }
    kernel.#drivers = kernel.#describe(failure);
    return kernel;
  }

  /** By the level of their first initcall, as a kernel calls them. */
  get drivers(): readonly LoadedDriver[] {
    return this.#drivers;
  }

  async call(
    driver: string,
    callback: string,
    args: readonly ApiValue[],
  ): Promise<CallbackOutcome> {
    this.#driver = driver;
    if (callback === 'init' || callback === 'earlyInit') {
      for (const initcall of this.#initcallsOf(driver, callback === 'earlyInit')) {
        const outcome = await this.#initcall(initcall);
        // A kernel goes on with the next level; what an early initcall returns is only logged.
        if (outcome.kind !== 'returned' || (outcome.value !== 0 && callback === 'init'))
          return outcome;
      }
      return { kind: 'returned', value: 0 };
    }
    if (this.#parts.build.notify !== undefined && SEED_EVENTS[callback] !== undefined)
      return this.#notifyAll(driver, SEED_EVENTS[callback]);
    const notifier = this.#notifiers.get(`${driver} ${callback}`);
    if (notifier !== undefined) return this.#notify(notifier, args);
    const { callObject } = this.#parts.build;
    if (callback === BEFORE_JUMP) return this.#reboot(driver, args.map(argumentValue));
    if (callback.includes('.') && callObject !== undefined)
      return this.#invoke({ offset: callObject, result: 'status' }, [
        text(callback),
        ...args.map(argumentValue),
      ]);
    const called = this.#parts.build.functions.get(driver)?.get(callback);
    if (called === undefined)
      return { kind: 'threw', message: `${driver} has no function ${callback}` };
    return this.#invoke(called, args.map(argumentValue));
  }

  /** Whoever registered first is called, and that tells all others. */
  async #reboot(driver: string, args: readonly WireValue[]): Promise<CallbackOutcome> {
    const { reboot } = this.#parts.build;
    const first = this.#drivers.find(({ callbacks }) => callbacks.includes(BEFORE_JUMP));
    if (first?.name !== driver || reboot === undefined) return { kind: 'returned', value: 0 };
    const called = { offset: reboot, result: 'status', place: this.#toldAtReboot } as const;
    return this.#invoke(called, args);
  }

  #initcall({ offset, level }: Initcall): Promise<CallbackOutcome> {
    const { runSuite } = this.#parts.build;
    if (level !== SUITES || runSuite === undefined)
      return this.#invoke({ offset, result: 'status' }, []);
    return this.#invoke({ offset: runSuite, result: 'status' }, [word(offset)]);
  }

  async useFile(path: string, content: string | undefined): Promise<FileOutcome> {
    const offset = this.#parts.build.useFile;
    if (offset === undefined) return { kind: 'absent' };
    this.#driver = this.#drivers[0]?.name ?? '';
    this.#content = new Uint8Array();
    const args = [text(path), content === undefined ? number(0) : text(content)];
    const outcome = await this.#invoke({ offset, result: 'status' }, args);
    if (outcome.kind !== 'returned')
      return { ...outcome, driver: this.#driverAt(outcome.site) ?? this.#driver };
    const result = Number(outcome.value);
    if (result === -ENOENT) return { kind: 'absent' };
    return { kind: 'used', result, bytes: this.#content };
  }

  /** The process is gone when this returns; what it wrote is the engine's again. */
  async end(): Promise<void> {
    const { child, file, memory, lines, timeoutMs } = this.#parts;
    const reason = 'its kernel has jumped to the next one';
    await (timeoutMs === undefined ? child.leave(reason) : child.kill(reason));
    memory.takeBackAll(file);
    file.close();
    lines.close();
  }

  /** What drivers do with the command line; the result is why nobody can go on. */
  async #parseParameters(): Promise<string | undefined> {
    const { boot, build } = this.#parts;
    if (build.parseParameters === undefined) return undefined;
    this.#driver = boot.drivers[0]?.name ?? '';
    const called = { offset: build.parseParameters, result: 'status' } as const;
    const outcome = await this.#invoke(called, [text(boot.cmdline)]);
    if (outcome.kind === 'returned') return undefined;
    return outcome.kind === 'threw' ? outcome.message : 'it ended while it read its parameters';
  }

  #readInitcalls(message: readonly WireValue[]): Initcall[] {
    const reader = new MessageReader(message);
    const calls: Initcall[] = [];
    try {
      reader.text();
      this.#readLayout(reader);
      while (!reader.isAtEnd) {
        const module = reader.text();
        const name = reader.text();
        const offset = Number(reader.integer());
        const level = Number(reader.integer());
        const driver = this.#parts.boot.drivers.find((each) => moduleOf(each.name) === module);
        if (driver !== undefined) calls.push({ driver: driver.name, name, offset, level });
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
    }
    return calls.sort((a, b) => a.level - b.level);
  }

  #readLayout(reader: MessageReader): void {
    const { boot, build, memory, layouts } = this.#parts;
    const { executable = '' } = build;
    // In the order in which process.c tells them.
    layouts.set(memory, {
      kernel: boot.kernel,
      executable,
      start: reader.integer(),
      end: reader.integer(),
      pages: reader.integer(),
      pagesEnd: reader.integer(),
      pageStructBytes: reader.integer(),
      stack: reader.integer(),
    });
  }

  /** What this process, or one of a kernel before, has at an address. */
  async #foreign(native: bigint): Promise<ForeignAddress | undefined> {
    const { boot, layouts, memory } = this.#parts;
    for (let each: KernelMemory | undefined = memory; each !== undefined; each = each.before) {
      const layout = layouts.get(each);
      const found = layout && (await describeAddress(layout, native, boot.kernel, boot.pageBytes));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #initcallsOf(driver: string, isEarly: boolean): Initcall[] {
    return this.#initcalls.filter(
      (each) => each.driver === driver && (each.level === EARLY) === isEarly,
    );
  }

  #describe(failure: string | undefined): LoadedDriver[] {
    const { boot, build } = this.#parts;
    const levelOf = (name: string): number =>
      this.#initcallsOf(name, false)[0]?.level ?? Number.POSITIVE_INFINITY;
    return boot.drivers
      .map(({ name, path }): LoadedDriver => {
        const problems = build.problems.get(name);
        if (problems !== undefined) return { name, callbacks: [], problems };
        if (failure !== undefined) {
          const site = { path, line: 1, column: 1 };
          return { name, callbacks: [], failure: { kind: 'died', reason: failure, site } };
        }
        // These names are the engine's; a driver's own functions of that name are not meant.
        const own = [...(build.functions.get(name)?.keys() ?? [])];
        const callbacks = own.filter((each) => !ENGINE_CALLBACKS.has(each));
        if (this.#initcallsOf(name, true).length > 0) callbacks.push('earlyInit');
        if (this.#initcallsOf(name, false).length > 0) callbacks.push('init');
        return { name, callbacks: callbacks.sort() };
      })
      .sort((a, b) => compare(levelOf(a.name), levelOf(b.name)));
  }

  async #notify({ offset, block }: Notifier, args: readonly ApiValue[]): Promise<CallbackOutcome> {
    const [event, handle] = args;
    const values = [
      word(block),
      number(EVENTS[String(event)] ?? 0),
      number(typeof handle === 'number' ? handle : 0),
    ];
    const outcome = await this.#invoke({ offset, result: 'status' }, values);
    if (outcome.kind !== 'returned') return outcome;
    const result = Number(outcome.value) & ~NOTIFY_STOP_MASK;
    return { ...outcome, value: result > NOTIFY_OK ? NOTIFY_OK - result : 0 };
  }

  /** The callbacks of one driver, until one does not want the others to be called. */
  async #notifyAll(driver: string, event: number): Promise<CallbackOutcome> {
    for (const { offset, block } of this.#seedNotifiers.of(driver)) {
      const values = [word(block), number(event), number(event === KEXEC_KHO_DUMP ? 1 : 0)];
      const notify = this.#parts.build.notify ?? 0;
      const called = { offset: notify, result: 'status', place: offset } as const;
      const outcome = await this.#invoke(called, values);
      if (outcome.kind !== 'returned') return outcome;
      const result = Number(outcome.value) & ~NOTIFY_STOP_MASK;
      if (result > NOTIFY_OK) return { ...outcome, value: NOTIFY_OK - result };
      if (outcome.value !== result) break;
    }
    return { kind: 'returned', value: 0 };
  }

  async #invoke(
    { offset, result, place = offset }: NativeFunction & { readonly place?: number },
    args: readonly WireValue[],
  ): Promise<CallbackOutcome> {
    const { child, file } = this.#parts;
    this.#lastSite = undefined;
    this.#place = undefined;
    file.forgetMappings();
    child.send([text('invoke'), number(0), word(offset), ...args]);
    const unwatch = child.watchMemory();
    const outcome = await this.#within(() => this.#answerUntilOutcome());
    unwatch();
    if ('reason' in outcome) return this.#failure(outcome);
    if (outcome.kind !== 'returned') return outcome;
    const value = statusOf(result, outcome.value);
    if (value === 0) return { kind: 'returned', value: 0 };
    const site = await this.#parts.lines.site([this.#place ?? place]);
    return { kind: 'returned', value, ...(site && { site }) };
  }

  async #answerUntilOutcome(): Promise<Ended | CallbackOutcome> {
    for (;;) {
      const message = await this.#parts.child.next();
      if ('reason' in message) return message;
      const reader = new MessageReader(message);
      try {
        const outcome = await this.#answer(reader);
        if (outcome !== undefined) return outcome;
      } catch (error) {
        if (!(error instanceof MalformedMessage)) throw error;
        await this.#parts.child.kill('it sent what is no message');
        return { reason: 'it sent what is no message' };
      }
    }
  }

  /** Deals with one message; the outcome, if that was the last one of a callback. */
  async #answer(reader: MessageReader): Promise<CallbackOutcome | undefined> {
    const kind = reader.text();
    switch (kind) {
      case 'call':
        await this.#answerCall(reader);
        return undefined;
      case 'fault':
        await this.#answerFault(reader);
        return undefined;
      case 'returned':
        return { kind: 'returned', value: reader.integer() };
      case 'oops': {
        const message = reader.text();
        const site = (await this.#parts.lines.site(reader.stack())) ?? this.#lastSite;
        return { kind: 'threw', message, ...(site && { site }) };
      }
      default:
        throw new MalformedMessage(kind);
    }
  }

  async #answerCall(reader: MessageReader): Promise<void> {
    const { lines, handler, memory } = this.#parts;
    const name = reader.text();
    const site = await lines.site(reader.stack(), nameInC(name));
    this.#lastSite = site ?? this.#lastSite;
    const driver = this.#driverAt(site) ?? this.#driver;
    const args = this.#adapted(name, argumentsFrom(reader, this.#space), driver);
    if (name === 'callbackPlace') {
      this.#place = Number(args[0]);
      return this.#reply('answer', []);
    }
    if (name === 'wantsReboot') {
      this.#toldAtReboot = Number(args[0]);
      this.#drivers = this.#drivers.map((each) =>
        each.name === driver ? withCallbacks(each, [BEFORE_JUMP], true) : each,
      );
      return this.#reply('answer', []);
    }
    if (name === 'fileContent') {
      this.#content = args[0] instanceof Uint8Array ? args[0] : new Uint8Array();
      return this.#reply('answer', []);
    }
    if (this.#parts.build.notify !== undefined && /registerKhoNotifier$/i.test(name))
      return this.#reply('answer', [number(this.#changeChain(name, driver, args))]);
    const answer = handler({ driver, name, args, ...(site && { site }) });
    if (answer.kind === 'misuse') this.#reply('refused', [text(answer.message)]);
    else this.#reply('answer', answerValues(name, answer, this.#space, memory));
  }

  /** A driver with a notifier has the callbacks by which the engine serializes. */
  #changeChain(name: string, driver: string, args: readonly ApiValue[]): number {
    const [offset, block, priority] = args;
    if (typeof offset !== 'bigint' || typeof block !== 'bigint') throw new MalformedMessage(name);
    const notifier: SeedNotifier = {
      offset: Number(offset),
      block,
      priority: typeof priority === 'number' ? priority | 0 : 0,
    };
    const error = name.startsWith('register')
      ? this.#seedNotifiers.add(driver, notifier)
      : this.#seedNotifiers.remove(driver, block);
    const has = this.#seedNotifiers.of(driver).length > 0;
    this.#drivers = this.#drivers.map((each) =>
      each.name === driver ? withCallbacks(each, Object.keys(SEED_EVENTS), has) : each,
    );
    return error;
  }

  async #answerFault(reader: MessageReader): Promise<void> {
    const { lines, memory, file, boot } = this.#parts;
    const native = reader.integer();
    const at = this.#space.toEngine(native);
    const verb = ACCESSES[Number(reader.integer())] ?? 'called';
    const site = await lines.site(reader.stack());
    this.#lastSite = site ?? this.#lastSite;
    const driver = this.#driverAt(site) ?? this.#driver;
    const caller = { driver, ...(site && { site }) };
    // What is called is no code, since that is never asked for.
    const mapped = verb === 'called' ? undefined : memory.map(at, verb, caller, file);
    if (mapped === undefined) {
      const foreign = at === native ? await this.#foreign(native) : undefined;
      return this.#reply('refused', [text(memory.refuse(at, verb, caller, foreign))]);
    }
    const values = mapped.flatMap((pages) => {
      const virt = this.#space.toNative(pages.virt);
      file.map(virt, pages);
      return [
        address(virt),
        word(pages.pages * boot.pageBytes),
        word(pages.pfn * boot.pageBytes),
        number(pages.isWritable ? 1 : 0),
      ];
    });
    this.#reply('pages', values);
  }

  /** Every answer says first which pages the process has lost by it. */
  #reply(kind: string, values: readonly WireValue[]): void {
    const { file, child } = this.#parts;
    const revoked = file.takeRevoked(this.#everything);
    child.send([
      text(kind),
      number(revoked.length),
      ...revoked.flatMap((range) => [address(range.address), word(range.lengthBytes)]),
      ...values,
    ]);
  }

  /** What C passes in another way than the functions of driver-api.ts take it. */
  #adapted(name: string, args: ApiValue[], driver: string): ApiValue[] {
    const [first, second] = args;
    if (/^pr(Info|Warn|Err)$/.test(name) && typeof first === 'string') {
      // The log says whose line it is, as pr_fmt() of most drivers does.
      const module = moduleOf(driver);
      for (const prefix of [`${module}: `, `${driver}: `])
        if (first.startsWith(prefix)) return [first.slice(prefix.length)];
    }
    if (name === 'vmap' && first instanceof Uint8Array) {
      const { buffer, byteOffset, length } = first;
      const pages = new DataView(buffer, byteOffset, length);
      const count = length / 8;
      // Both ends are on this machine.
      const at = (index: number): bigint => pages.getBigUint64(index * 8, true);
      return [Array.from({ length: count }, (_, index) => this.#space.toEngine(at(index)))];
    }
    if (/^kho(Claim|Return)Mem$/.test(name) && first !== undefined && second !== undefined)
      return [{ addr: first, len: second }];
    if (this.#parts.build.notify !== undefined) return args;
    if (!/^(un)?registerKhoNotifier$/i.test(name) || typeof first !== 'bigint') return args;
    const offset = Number(first);
    const callback = this.#functionAt(driver, offset) ?? `notifier_${offset.toString(16)}`;
    if (typeof second === 'bigint' && name.startsWith('register'))
      this.#notifiers.set(`${driver} ${callback}`, { offset, block: second });
    return [callback];
  }

  /** Files and work of one driver may run in a callback of another. */
  #driverAt(site: CallSite | undefined): string | undefined {
    return this.#parts.boot.drivers.find(({ path }) => path === site?.path)?.name;
  }

  #functionAt(driver: string, offset: number): string | undefined {
    const functions = this.#parts.build.functions.get(driver) ?? new Map();
    for (const [name, each] of functions) if (each.offset === offset) return name;
    return undefined;
  }

  async #within<T>(action: () => Promise<T | Ended>): Promise<T | Ended> {
    const { timeoutMs, child } = this.#parts;
    if (timeoutMs === undefined) return action();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void child.kill(TIMED_OUT.reason);
    }, timeoutMs);
    const result = await action();
    clearTimeout(timer);
    const isEnded = typeof result === 'object' && result !== null && 'reason' in result;
    return isLate && isEnded ? TIMED_OUT : result;
  }

  #failure(ended: Ended): Exclude<CallbackOutcome, { kind: 'returned' }> {
    const site = this.#lastSite === undefined ? {} : { site: this.#lastSite };
    const { timeoutMs = 0 } = this.#parts;
    if (ended === TIMED_OUT) return { kind: 'timed-out', limitMs: timeoutMs, ...site };
    return { kind: 'died', reason: ended.reason, ...site };
  }
}

/** process.c knows them. */
const ACCESSES: readonly AccessVerb[] = ['read', 'written', 'called'];
const ENOENT = 2;
const TIMED_OUT: Ended = { reason: 'timed out' };

/** Before the jump. */
const BEFORE_JUMP = 'beforeJump';
/** Callbacks by which the engine calls drivers on its own. */
const ENGINE_CALLBACKS: ReadonlySet<string> = new Set([
  BEFORE_JUMP,
  'earlyInit',
  'init',
  'serialize',
  'deserialize',
  'abort',
]);

/** 0, or what a function failed with, of the register that it returned a value in. */
function statusOf(result: ResultKind, value: ApiValue): number {
  if (result === 'other' || typeof value !== 'bigint') return 0;
  if (result === 'status') return Number(BigInt.asIntN(32, value));
  return Math.min(Number(BigInt.asIntN(64, value)), 0);
}

function argumentValue(value: ApiValue): WireValue {
  if (typeof value === 'string') return text(value);
  if (value instanceof Uint8Array) return bytes(value);
  if (typeof value === 'boolean') return number(value ? 1 : 0);
  if (typeof value === 'number') return number(Math.trunc(value));
  return number(typeof value === 'bigint' ? value : 0);
}

function withCallbacks(
  driver: LoadedDriver,
  names: readonly string[],
  isThere: boolean,
): LoadedDriver {
  const others = driver.callbacks.filter((each) => !names.includes(each));
  return { ...driver, callbacks: isThere ? [...others, ...names].sort() : others };
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
