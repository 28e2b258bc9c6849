// The handlers and FLBs of one kernel, with the rules of their registration. Models
// kernel/liveupdate/luo_file.c and luo_flb.c.
import type { OpenFile } from '../../../kernel/open-file.ts';
import type { CallSite } from '../../../result.ts';
import { EBUSY, EEXIST, EINVAL, EOPNOTSUPP } from '../errors.ts';
import { findingAt } from '../state.ts';
import type { LuoEnvironment } from './environment.ts';
import {
  DriverHandler,
  type DriverHandlerParts,
  type FileHandler,
  REQUIRED_OPS,
} from './file-handler.ts';
import { Flb, type FlbParts, maxFlbs } from './flb.ts';

const ENOSPC = 28;
const ENOMEM = 12;
/** LIVEUPDATE_HNDL_COMPAT_LENGTH and LIVEUPDATE_FLB_COMPAT_LENGTH. */
export const MAX_COMPATIBLE = 48;
/** What a compatible is made of; memory that was freed is not. */
const COMPATIBLE_TEXT = /^[\x20-\x7e]+$/;
/** Operations without which an FLB is refused. */
const FLB_OPS: readonly string[] = ['preserve', 'unpreserve', 'retrieve', 'finish'];

export class Handlers {
  readonly #env: LuoEnvironment;
  readonly #isEnabled: () => boolean;
  readonly #list: FileHandler[] = [];
  readonly #flbs: Flb[] = [];
  /** Those that were ever used, by the driver's own name: what one holds is in its own struct. */
  readonly #known = new Map<bigint, Flb>();
  /** luo_preserved_files: what is preserved by any session. */
  readonly #preserved = new Set<unknown>();
  /** Compatibles for which the device could not be opened. */
  readonly #missed = new Set<string>();
  /** Whether a session is there, while which nothing may be registered until 7.0. */
  hasSessions: () => boolean = () => false;
  /** Where the kernel before registered a handler: for findings alone. */
  siteBefore: (compatible: string) => CallSite | undefined = () => undefined;

  constructor(env: LuoEnvironment, isEnabled: () => boolean) {
    this.#env = env;
    this.#isEnabled = isEnabled;
  }

  get isEnabled(): boolean {
    return this.#isEnabled();
  }

  /** FLBs in the order of their registration. */
  get flbs(): readonly Flb[] {
    return this.#flbs;
  }

  add(handler: FileHandler): void {
    this.#list.push(handler);
  }

  /** A driver is the kernel's own handler of memfds: it is not built in, and memfds are there. */
  giveMemfdsTo(driver: string): void {
    const builtIn = this.#list.findIndex(({ isBuiltIn }) => isBuiltIn);
    if (builtIn >= 0) this.#list.splice(builtIn, 1);
    this.#env.context.kernel.memfdDriver ??= driver;
  }

  named(compatible: string): FileHandler | undefined {
    return this.#list.find((each) => each.compatible === compatible);
  }

  /** The first that takes a file. */
  async handlerFor(file: OpenFile): Promise<FileHandler | undefined> {
    for (const handler of this.#list) if (await handler.canPreserve(file)) return handler;
    return undefined;
  }

  /** False if a file with that identity is preserved already, which was no error until 7.0. */
  addPreserved(id: unknown): boolean {
    if (this.#env.context.release.liveUpdate?.refusesTwice !== true) return true;
    if (this.#preserved.has(id)) return false;
    this.#preserved.add(id);
    return true;
  }

  removePreserved(id: unknown): void {
    this.#preserved.delete(id);
  }

  /** liveupdate_register_file_handler(). */
  register(parts: DriverHandlerParts): number {
    const { kernel } = this.#env.context;
    if (!this.#isEnabled()) return -EOPNOTSUPP;
    const missing = REQUIRED_OPS.filter((op) => !parts.ops.has(op));
    if (missing.length > 0) {
      this.#reportIncomplete(parts, missing, REQUIRED_OPS);
      return -EINVAL;
    }
    if (this.#isQuiesced()) return -EBUSY;
    if (this.named(parts.compatible) !== undefined) {
      kernel.print(
        `luo: File handler registration failed: Compatible string '${parts.compatible}' already ` +
          'registered.',
      );
      return -EEXIST;
    }
    this.#list.push(new DriverHandler(this.#env, parts));
    if (this.#missed.has(parts.compatible)) this.#reportTooLate(parts);
    return 0;
  }

  /** liveupdate_unregister_file_handler(); its FLBs go with it (from 7.1 on). */
  unregister(handle: bigint): number {
    if (!this.#isEnabled()) return -EOPNOTSUPP;
    if (this.#isQuiesced()) return -EBUSY;
    const handler = this.#find(handle);
    if (handler === undefined) return -EINVAL;
    if (handler.flbs.length > 0 && !this.#registersAnyTime) return -EBUSY;
    for (const flb of handler.flbs) this.#dropUser(flb);
    this.#list.splice(this.#list.indexOf(handler), 1);
    return 0;
  }

  /** liveupdate_register_flb(). */
  registerFlb(handle: bigint, parts: FlbParts, ops: ReadonlySet<string>): number {
    const { kernel } = this.#env.context;
    if (!this.#isEnabled()) return -EOPNOTSUPP;
    const missing = FLB_OPS.filter((op) => !ops.has(op));
    if (missing.length > 0) {
      kernel.warn('liveupdate_register_flb', true);
      this.#reportIncomplete(parts, missing, FLB_OPS);
      return -EINVAL;
    }
    const handler = this.#find(handle);
    if (handler === undefined) {
      kernel.warn('liveupdate_register_flb', true);
      return -EINVAL;
    }
    if (kernel.mayFail('kzalloc')) return -ENOMEM;
    if (this.#isQuiesced()) return -EBUSY;
    if (handler.flbs.some((each) => isSame(each, parts))) return -EEXIST;
    const flb = this.flbFor(parts);
    if (flb.users === 0) {
      if (this.#flbs.length === maxFlbs(kernel.machine.pageBytes)) return -ENOSPC;
      if (this.#flbs.some((each) => each.compatible === parts.compatible)) return -EEXIST;
      this.#flbs.push(flb);
    }
    flb.users += 1;
    handler.flbs.push(flb);
    return 0;
  }

  /** liveupdate_unregister_flb(). */
  unregisterFlb(handle: bigint, flbHandle: bigint): number {
    if (!this.#isEnabled()) return -EOPNOTSUPP;
    const handler = this.#find(handle);
    const index = handler?.flbs.findIndex(({ parts }) => parts.handle === flbHandle) ?? -1;
    const [flb] = index < 0 ? [] : (handler?.flbs.splice(index, 1) ?? []);
    if (flb !== undefined) {
      this.#dropUser(flb);
      return 0;
    }
    const name = this.flb(flbHandle)?.compatible ?? '';
    this.#env.context.kernel.print(
      `luo: Failed to unregister FLB '${name}': not found in file handler ` +
        `'${handler?.compatible ?? ''}'`,
    );
    return -EINVAL;
  }

  /** An FLB by the driver's own name for it; it need not be registered. */
  flb(handle: bigint): Flb | undefined {
    return this.#known.get(handle);
  }

  /** The same; one that is used for the first time is made. */
  flbFor(parts: FlbParts): Flb {
    const flb = this.#known.get(parts.handle) ?? new Flb(this.#env, parts);
    this.#known.set(parts.handle, flb);
    return flb;
  }

  /** Says that a file that was handed over has nobody who takes it. */
  reportMissing(compatible: string, session: string): void {
    const { kernel } = this.#env.context;
    this.#missed.add(compatible);
    if (!COMPATIBLE_TEXT.test(compatible)) {
      kernel.recorder.finding({
        rule: 'handover-misread',
        severity: 'error',
        message:
          `kernel ${kernel.number} reads files of the session ${session} that nobody wrote: ` +
          'what names their handler is no text, and /dev/liveupdate cannot be opened',
        help: 'the memory was freed, or is of another layout',
        related: [],
      });
      return;
    }
    const site = this.siteBefore(compatible);
    kernel.recorder.finding({
      rule: 'luo-handler-missing',
      severity: 'error',
      message:
        `kernel ${kernel.number} has no handler for files of ${compatible}, which the session ` +
        `${session} has: /dev/liveupdate cannot be opened`,
      help: 'register every handler in init(), in each kernel, before user space opens the device',
      related:
        site === undefined ? [] : [{ message: 'the kernel before registered it here', site }],
    });
  }

  get #registersAnyTime(): boolean {
    return this.#env.context.release.liveUpdate?.registersAnyTime === true;
  }

  /** luo_session_quiesce(), which was there until cf2e482daf0d. */
  #isQuiesced(): boolean {
    return !this.#registersAnyTime && this.hasSessions();
  }

  /** Drivers of one language share a process, and so may use what another of them registered. */
  #find(handle: bigint): FileHandler | undefined {
    return this.#list.find((each) => each instanceof DriverHandler && each.handle === handle);
  }

  #dropUser(flb: Flb): void {
    flb.users -= 1;
    if (flb.users === 0) this.#flbs.splice(this.#flbs.indexOf(flb), 1);
  }

  #reportIncomplete(
    { driver, site, compatible }: Pick<DriverHandlerParts, 'driver' | 'site' | 'compatible'>,
    missing: readonly string[],
    needed: readonly string[],
  ): void {
    findingAt(
      this.#env.context.kernel,
      { driver, ...(site && { site }) },
      {
        rule: 'luo-incomplete',
        severity: 'error',
        message: `${compatible} is refused: it has no ${missing.join(', ')}`,
        help: `these are needed: ${needed.join(', ')}`,
      },
    );
  }

  #reportTooLate({ compatible, driver, site }: DriverHandlerParts): void {
    findingAt(
      this.#env.context.kernel,
      { driver, ...(site && { site }) },
      {
        rule: 'luo-handler-missing',
        severity: 'error',
        message:
          `${compatible} is registered after /dev/liveupdate was opened: its files were handed ` +
          'over, and cannot be taken back any more',
        help: 'register handlers in init(): the first open() reads what was handed over, once',
      },
    );
  }
}

function isSame({ parts }: Flb, { handle }: FlbParts): boolean {
  return parts.handle === handle;
}
