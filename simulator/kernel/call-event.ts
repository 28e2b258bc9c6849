// What the trace says of a driver's call.
import { hexText } from '../../kho/index.ts';
import { kernelName } from '../kernel-names.ts';
import { type TraceAddress, traceAddress } from '../run/event-store.ts';
import type { ApiValue } from '../runtime.ts';
import type { Caller, Kernel } from './kernel.ts';

/** Accesses have no function in the kernel; the names of files' events are taken. */
const ACCESSES: Readonly<Record<string, string>> = { read: 'mem_read', write: 'mem_write' };

/**
 * Calls by which a process speaks of its own objects: where those are is chance. Those of them that
 * are the kernel's say themselves what they do.
 */
const NAMES_OBJECTS =
  /^(callbackResult|memfdsAreMine|misc(Der|R)egister|flb[A-Z]\w+|liveupdate[A-Z]\w+)$/;

/** Adds the event of a call with its arguments and what came of it. */
export function recordCall(
  name: string,
  args: readonly ApiValue[],
  value: ApiValue,
  { driver, site }: Caller,
  kernel: Kernel,
): void {
  if (NAMES_OBJECTS.test(name)) return;
  const fields: Record<string, string | number | TraceAddress> = { driver };
  for (const [index, argument] of args.entries()) {
    if (typeof argument === 'bigint') fields[`arg${index}`] = addressOf(argument, kernel);
    else if (typeof argument === 'number' || typeof argument === 'string')
      fields[`arg${index}`] = argument;
    else if (argument instanceof Uint8Array) fields[`bytes${index}`] = argument.length;
  }
  if (typeof value === 'bigint') fields.ret = addressOf(value, kernel);
  else if (typeof value === 'number' || typeof value === 'boolean') fields.ret = Number(value);
  kernel.recorder.event(ACCESSES[name] ?? kernelName(name), fields, site);
}

/** Physical where there is a physical address: traces do not depend on where the direct map is. */
function addressOf(address: bigint, { machine, directMapBase }: Kernel): TraceAddress | string {
  const offset = Number(address - directMapBase);
  if (offset >= 0 && machine.ram.has(offset)) return traceAddress(offset);
  return address < 2n ** 52n ? traceAddress(Number(address)) : hexText(address);
}
