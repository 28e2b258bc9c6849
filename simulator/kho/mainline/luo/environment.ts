// What the parts of the Live Update Orchestrator share in one kernel.
import type { LuoLayout } from '../../../../kho/index.ts';
import { OpenFile } from '../../../kernel/open-file.ts';
import type { CallSite } from '../../../result.ts';
import type { ApiValue } from '../../../runtime.ts';
import type { DriverCalls } from '../../model.ts';
import { ENOMEM } from '../errors.ts';
import type { Outgoing } from '../outgoing.ts';
import type { Restorer } from '../restore.ts';
import type { SetAside } from '../set-aside.ts';
import { type CalledBy, type Context, KHO } from '../state.ts';
import type { PreservedMemory } from './entry-store.ts';
import type { IncomingFlb } from './flb.ts';

/** Whom LUO's own memory belongs to. */
export const LUO: CalledBy = { call: 'liveupdate', caller: KHO };
const EFAULT = 14;

/** What a callback of a driver came to. */
export interface CallbackResult {
  readonly value: number;
  /** What it set in its arguments. */
  readonly reported: readonly ApiValue[];
  /** Where it is, if it failed and that is known. */
  readonly site?: CallSite;
}

export class LuoEnvironment {
  readonly context: Context;
  readonly layout: LuoLayout;
  readonly restorer: Restorer;
  readonly outgoing: Outgoing;
  /** Set whenever user space asks for something. */
  drivers: DriverCalls | undefined;
  /** What the kernel before preserved and nobody took back. */
  setAside: SetAside | undefined;
  /** FLBs of the kernel before; undefined if it handed over none. */
  incomingFlbs: readonly IncomingFlb[] | undefined;

  constructor(context: Context, layout: LuoLayout, restorer: Restorer, outgoing: Outgoing) {
    this.context = context;
    this.layout = layout;
    this.restorer = restorer;
    this.outgoing = outgoing;
  }

  /** Calls one of the functions that a driver registered. */
  async ask(driver: string, callback: string, args: readonly ApiValue[]): Promise<CallbackResult> {
    const { kernel } = this.context;
    kernel.reported = [];
    // A driver that took its kernel down is not called again.
    if (this.drivers === undefined || !this.drivers.names.includes(driver))
      return { value: -EFAULT, reported: [] };
    const answer = await this.drivers.ask(driver, callback, args);
    return { ...answer, reported: kernel.reported };
  }

  /** A file of a driver's, by the driver's own name for it. */
  driverFile(driver: string, handle: bigint): OpenFile {
    return new OpenFile({ kind: 'driver', driver, handle }, async () => {
      await this.ask(driver, 'file.release', [handle]);
    });
  }

  /** Memory for LUO's own structs fails only where faults are injected. */
  allocate(what: string): number {
    return this.context.kernel.mayFail(what) ? -ENOMEM : 0;
  }

  /** kho_alloc_preserve() and kho_unpreserve_free(). */
  readonly memory: PreservedMemory = {
    allocate: (sizeBytes) =>
      this.context.kernel.mayFail('kho_alloc_preserve')
        ? undefined
        : this.outgoing.allocatePreserved(sizeBytes, LUO),
    free: (address) => this.outgoing.freePreserved(address, LUO),
  };
}
