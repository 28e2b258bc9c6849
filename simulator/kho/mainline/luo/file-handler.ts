// What takes files of one kind along: struct liveupdate_file_handler of include/linux/liveupdate.h.
import type { OpenFile } from '../../../kernel/open-file.ts';
import type { CallSite } from '../../../result.ts';
import type { ApiValue } from '../../../runtime.ts';
import type { LuoEnvironment } from './environment.ts';
import type { Flb } from './flb.ts';

/** `struct liveupdate_file_op_args`, as far as it is not the handler's own. */
export interface OpArguments {
  file: OpenFile | undefined;
  serializedData: bigint;
  privateData: bigint;
  /** 0: not asked for yet, 1: retrieved, else the error that retrieving it gave. */
  retrieveStatus: number;
}

/** Operations that a handler may lack. */
export type OptionalOp = 'freeze' | 'unfreeze' | 'can_finish' | 'get_id';

export interface FileHandler {
  readonly compatible: string;
  readonly driver: string;
  /** Whether it is the kernel's own. */
  readonly isBuiltIn: boolean;
  /** Where it was registered. */
  readonly site: CallSite | undefined;
  readonly flbs: Flb[];
  has(op: OptionalOp): boolean;
  canPreserve(file: OpenFile): Promise<boolean>;
  /** What two descriptors of the same file have in common. */
  idOf(file: OpenFile): Promise<unknown>;
  preserve(args: OpArguments): Promise<number>;
  unpreserve(args: OpArguments): Promise<void>;
  freeze(args: OpArguments): Promise<number>;
  unfreeze(args: OpArguments): Promise<void>;
  retrieve(args: OpArguments): Promise<number>;
  canFinish(args: OpArguments): Promise<boolean>;
  finish(args: OpArguments): Promise<void>;
}

/** Operations without which a handler is refused. */
export const REQUIRED_OPS: readonly string[] = [
  'can_preserve',
  'preserve',
  'unpreserve',
  'retrieve',
  'finish',
];

export interface DriverHandlerParts {
  readonly driver: string;
  /** The driver's own name for its struct. */
  readonly handle: bigint;
  readonly compatible: string;
  readonly ops: ReadonlySet<string>;
  readonly site?: CallSite;
}

/** A handler that a driver registered: its operations are callbacks. */
export class DriverHandler implements FileHandler {
  readonly #env: LuoEnvironment;
  readonly #parts: DriverHandlerParts;
  readonly flbs: Flb[] = [];
  readonly isBuiltIn = false;

  constructor(env: LuoEnvironment, parts: DriverHandlerParts) {
    this.#env = env;
    this.#parts = parts;
  }

  get handle(): bigint {
    return this.#parts.handle;
  }

  get compatible(): string {
    return this.#parts.compatible;
  }

  get driver(): string {
    return this.#parts.driver;
  }

  get site(): CallSite | undefined {
    return this.#parts.site;
  }

  has(op: OptionalOp): boolean {
    return this.#parts.ops.has(op);
  }

  async canPreserve(file: OpenFile): Promise<boolean> {
    // Files of other kinds have no name that this driver would know.
    if (file.body.kind !== 'driver') return false;
    const { value } = await this.#ask('can_preserve', [this.handle, file.body.handle]);
    return value > 0;
  }

  async idOf(file: OpenFile): Promise<unknown> {
    const handle = handleOf(file);
    if (!this.has('get_id')) return handle;
    const { reported } = await this.#ask('get_id', [this.handle, handle]);
    return `${this.driver} ${String(reported[0])}`;
  }

  async preserve(args: OpArguments): Promise<number> {
    const { value, reported } = await this.#run('preserve', args);
    args.serializedData = wordOf(reported[0]);
    args.privateData = wordOf(reported[1]);
    return value;
  }

  async unpreserve(args: OpArguments): Promise<void> {
    await this.#run('unpreserve', args);
  }

  async freeze(args: OpArguments): Promise<number> {
    const { value, reported } = await this.#run('freeze', args);
    if (value === 0 && reported.length > 0) args.serializedData = wordOf(reported[0]);
    return value;
  }

  async unfreeze(args: OpArguments): Promise<void> {
    const { reported } = await this.#run('unfreeze', args);
    if (reported.length > 0) args.serializedData = wordOf(reported[0]);
  }

  async retrieve(args: OpArguments): Promise<number> {
    const { value, reported } = await this.#run('retrieve', args);
    const handle = wordOf(reported[0]);
    if (value === 0 && handle !== 0n) args.file = this.#env.driverFile(this.driver, handle);
    return value;
  }

  async canFinish(args: OpArguments): Promise<boolean> {
    return (await this.#run('can_finish', args)).value > 0;
  }

  async finish(args: OpArguments): Promise<void> {
    await this.#run('finish', args);
  }

  #run(op: string, args: OpArguments): ReturnType<LuoEnvironment['ask']> {
    const { file, serializedData, privateData, retrieveStatus } = args;
    const handle = file === undefined ? 0n : handleOf(file);
    return this.#ask(op, [this.handle, handle, serializedData, privateData, retrieveStatus]);
  }

  #ask(op: string, args: readonly ApiValue[]): ReturnType<LuoEnvironment['ask']> {
    return this.#env.ask(this.driver, `file_handler.${op}`, args);
  }
}

function handleOf(file: OpenFile): bigint {
  return file.body.kind === 'driver' ? file.body.handle : 0n;
}

function wordOf(value: ApiValue): bigint {
  return typeof value === 'bigint' ? BigInt.asUintN(64, value) : 0n;
}
