// State that the files of one or more handlers have in common, with the life of those files: FLBs.
// Models kernel/liveupdate/luo_flb.c.
import {
  entriesInPage,
  hexText,
  LUO_FLB_HEADER_SER,
  LUO_FLB_SER,
  readStruct,
  writeStruct,
} from '../../../../kho/index.ts';
import type { CallSite } from '../../../result.ts';
import type { ApiValue } from '../../../runtime.ts';
import { ENOENT } from '../errors.ts';
import { findingAt, hasDefect } from '../state.ts';
import type { LuoEnvironment } from './environment.ts';
import type { FileHandler } from './file-handler.ts';
import { OpWatch } from './op-watch.ts';

const ENODATA = 61;

/** What the driver's side has to do before a call is answered. */
export type FlbDuty = 'none' | 'retrieve' | 'finish' | 'unpreserve';

export interface FlbParts {
  readonly driver: string;
  /** The driver's own name for its struct. */
  readonly handle: bigint;
  readonly compatible: string;
  readonly site?: CallSite;
}

interface OutgoingState {
  count: number;
  data: bigint;
  obj: bigint;
}

export class Flb {
  readonly #env: LuoEnvironment;
  readonly parts: FlbParts;
  /** Handlers that it is registered with. */
  users = 0;
  readonly outgoing: OutgoingState = { count: 0, data: 0n, obj: 0n };
  readonly #watch: OpWatch;
  #incomingCount = 0;
  #isCounted = false;
  #incomingData = 0n;
  #incomingObj = 0n;
  #isFinished = false;
  #retrieveStatus = 0;

  constructor(env: LuoEnvironment, parts: FlbParts) {
    this.#env = env;
    this.parts = parts;
    this.#watch = new OpWatch(env, `the FLB ${parts.compatible}`, parts);
  }

  get compatible(): string {
    return this.parts.compatible;
  }

  /** A file that depends on it is preserved: 0, or what its preserve() gave. */
  async filePreserved(): Promise<number> {
    const { outgoing } = this;
    if (outgoing.count === 0) {
      const { value, reported } = await this.#watch.during(() => this.#ask('preserve', []));
      if (value !== 0) {
        this.#watch.reportLeft('preserve', `failed with ${value}`);
        return value;
      }
      outgoing.data = wordOf(reported[0]);
      outgoing.obj = wordOf(reported[1]);
    }
    outgoing.count += 1;
    return 0;
  }

  /** liveupdate_flb_put_outgoing(), also when such a file is unpreserved. */
  async putOutgoing(): Promise<void> {
    if (this.dropOutgoing() === 'none') return;
    await this.#ask('unpreserve', [this.outgoing.data, this.outgoing.obj]);
    this.unpreserved();
  }

  dropOutgoing(): FlbDuty {
    if (this.outgoing.count === 0) return 'none';
    this.outgoing.count -= 1;
    return this.outgoing.count === 0 ? 'unpreserve' : 'none';
  }

  unpreserved(): void {
    this.outgoing.data = 0n;
    this.outgoing.obj = 0n;
    this.#watch.reportLeft('unpreserve', 'returned');
  }

  /** liveupdate_flb_get_outgoing(). */
  getOutgoing(): { readonly error: number; readonly obj: bigint } {
    if (this.outgoing.obj === 0n) return { error: -ENOENT, obj: 0n };
    this.outgoing.count += 1;
    return { error: 0, obj: this.outgoing.obj };
  }

  /** luo_flb_retrieve_one(), up to the driver's retrieve(): a negated error, or what is to do. */
  beginRetrieve(): { readonly error: number; readonly duty: FlbDuty; readonly data: bigint } {
    const nothing = { duty: 'none', data: 0n } as const;
    if (this.#isFinished) return { ...nothing, error: -ENODATA };
    if (this.#retrieveStatus !== 0) return { ...nothing, error: Math.min(0, this.#retrieveStatus) };
    const { incomingFlbs } = this.#env;
    if (incomingFlbs === undefined) return { ...nothing, error: -ENODATA };
    const found = incomingFlbs.find(({ name }) => name === this.compatible);
    if (found === undefined) return { ...nothing, error: -ENOENT };
    this.#incomingData = found.data;
    this.#takeCount();
    return { error: 0, duty: 'retrieve', data: found.data };
  }

  /** How many files the kernel before had of it; taken once. */
  #takeCount(): void {
    const found = this.#env.incomingFlbs?.find(({ name }) => name === this.compatible);
    if (this.#isCounted || found === undefined) return;
    this.#isCounted = true;
    this.#incomingCount += Number(found.count);
  }

  /** What the driver's retrieve() came to. */
  retrieved(error: number, obj: bigint): void {
    this.#retrieveStatus = error === 0 ? 1 : error;
    this.#incomingObj = obj;
  }

  /** liveupdate_flb_get_incoming(), once it is retrieved. */
  getIncoming(): bigint {
    this.#incomingCount += 1;
    return this.#incomingObj;
  }

  /** A file that depends on it is finished, or somebody drops what getIncoming() gave. */
  async putIncoming(): Promise<void> {
    const duty = this.dropIncoming();
    if (duty === 'retrieve') {
      const { value, reported } = await this.#ask('retrieve', [this.#incomingData, 0n]);
      this.retrieved(value, value === 0 ? wordOf(reported[0]) : 0n);
      if (value !== 0) {
        this.#env.context.kernel.warn('liveupdate_flb_put_incoming', true);
        return;
      }
    } else if (duty === 'none') return;
    await this.#ask('finish', [0n, this.#incomingObj]);
    this.finished();
  }

  /** What the driver has to do now that somebody dropped a reference. */
  dropIncoming(): FlbDuty {
    const { kernel, release } = this.#env.context;
    if (release.liveUpdate?.countsIncomingFlbs !== true) {
      // Until d8e47bd066d7 the count that was handed over was not taken: the first one finishes.
      if (this.#isFinished || this.#retrieveStatus < 0) return 'none';
      if (this.#retrieveStatus > 0) return 'finish';
      return this.beginRetrieve().duty;
    }
    const isLate = hasDefect(this.#env.context, 'flb-count-with-retrieve');
    if (!isLate && !this.#isFinished) this.#takeCount();
    if (this.#incomingCount === 0) {
      kernel.print('refcount_t: underflow; use-after-free.');
      kernel.warn('refcount_warn_saturate');
      if (!this.#isFinished) this.#reportNeverFinished();
      return 'none';
    }
    this.#incomingCount -= 1;
    if (this.#incomingCount > 0) return 'none';
    if (this.#retrieveStatus > 0) return 'finish';
    if (!isLate && this.#retrieveStatus === 0) return this.beginRetrieve().duty;
    kernel.warn('liveupdate_flb_put_incoming', true);
    return 'none';
  }

  /** The count comes with retrieve(); who never retrieves counts below zero. */
  #reportNeverFinished(): void {
    const { kernel } = this.#env.context;
    if (this.#env.incomingFlbs?.some(({ name }) => name === this.compatible) !== true) return;
    findingAt(kernel, this.parts, {
      rule: 'flb-never-retrieved',
      severity: 'warning',
      message:
        `a file of the FLB ${this.compatible} is finished before anybody asked for the FLB: ` +
        'the kernel counts below zero and never calls its finish()',
      help: 'call liveupdateFlbGetIncoming() before files are finished',
    });
  }

  finished(): void {
    this.#isFinished = true;
    this.#incomingData = 0n;
    this.#incomingObj = 0n;
  }

  get incoming(): { readonly data: bigint; readonly obj: bigint } {
    return { data: this.#incomingData, obj: this.#incomingObj };
  }

  #ask(op: string, args: readonly ApiValue[]): ReturnType<LuoEnvironment['ask']> {
    return this.#env.ask(this.parts.driver, `flb.${op}`, [this.parts.handle, ...args]);
  }
}

/** luo_flb_file_preserve(): all FLBs of a handler, or none of them. */
export async function preserveFlbs(handler: FileHandler): Promise<number> {
  const done: Flb[] = [];
  for (const flb of handler.flbs) {
    const error = await flb.filePreserved();
    if (error !== 0) {
      for (const each of done.reverse()) await each.putOutgoing();
      return error;
    }
    done.push(flb);
  }
  return 0;
}

/** luo_flb_file_unpreserve() and luo_flb_file_finish(): last registered first. */
export async function dropFlbs(handler: FileHandler, how: 'unpreserve' | 'finish'): Promise<void> {
  for (const flb of [...handler.flbs].reverse())
    await (how === 'finish' ? flb.putIncoming() : flb.putOutgoing());
}

/** An FLB that the kernel before handed over. */
export interface IncomingFlb {
  readonly name: string;
  readonly data: bigint;
  readonly count: bigint;
}

/** How many FLBs a kernel may have: LUO_FLB_MAX. */
export function maxFlbs(pageBytes: number): number {
  return entriesInPage(LUO_FLB_HEADER_SER, LUO_FLB_SER, pageBytes);
}

/** luo_flb_serialize(): those that are preserved, in the order of their registration. */
export function writeFlbs(env: LuoEnvironment, address: number, flbs: readonly Flb[]): void {
  const { memory, byteOrder } = env.context.kernel.machine;
  const used = flbs.filter(({ outgoing }) => outgoing.count > 0);
  let at = address + LUO_FLB_HEADER_SER.sizeBytes;
  for (const { compatible, outgoing } of used) {
    const value = { name: compatible, data: outgoing.data, count: BigInt(outgoing.count) };
    memory.write(at, writeStruct(LUO_FLB_SER, value, byteOrder));
    at += LUO_FLB_SER.sizeBytes;
  }
  const header = { pgcnt: 1n, count: BigInt(used.length) };
  memory.write(address, writeStruct(LUO_FLB_HEADER_SER, header, byteOrder));
}

/** The FLBs at an address, as the next kernel finds them. */
export function readFlbs({ context }: LuoEnvironment, address: number): readonly IncomingFlb[] {
  const { machine, recorder } = context.kernel;
  const { memory, byteOrder, pageBytes } = machine;
  const head = LUO_FLB_HEADER_SER.sizeBytes;
  const { count } = readStruct(LUO_FLB_HEADER_SER, memory.read(address, head), 0, byteOrder);
  const most = Math.min(Number(count), maxFlbs(pageBytes));
  recorder.event('luo_flb_setup_incoming', { addr: hexText(address), count: most });
  const size = LUO_FLB_SER.sizeBytes;
  const bytes = memory.read(address + head, most * size);
  return Array.from({ length: most }, (_, i) =>
    readStruct(LUO_FLB_SER, bytes, i * size, byteOrder),
  );
}

function wordOf(value: ApiValue): bigint {
  return typeof value === 'bigint' ? BigInt.asUintN(64, value) : 0n;
}
