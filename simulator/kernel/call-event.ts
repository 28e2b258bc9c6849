// What the trace says of a driver's call.
import { hexText } from '../../kho/index.ts';
import { kernelName } from '../kernel-names.ts';
import type { FieldWriter } from '../run/recorder.ts';
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

/** No machine has an address at or above this. */
const ADDRESS_LIMIT = 2n ** 52n;

/** Drivers may ask for anything; only what there is comes often. */
const MAX_KNOWN = 1000;
const known = new Map<string, string | undefined>();

/** What the event of a call is named; undefined if the call has none. */
function eventNameOf(call: string): string | undefined {
  if (known.has(call)) return known.get(call);
  const name = NAMES_OBJECTS.test(call) ? undefined : (ACCESSES[call] ?? kernelName(call));
  if (known.size < MAX_KNOWN) known.set(call, name);
  return name;
}

/** Adds the event of a call with its arguments and what came of it. */
export function recordCall(
  name: string,
  args: readonly ApiValue[],
  value: ApiValue,
  { driver, site }: Caller,
  kernel: Kernel,
): void {
  const eventName = eventNameOf(name);
  if (eventName === undefined) return;
  const { recorder } = kernel;
  const event = recorder.beginCall(eventName, driver);
  for (let index = 0; index < args.length; index++) {
    const argument = args[index];
    if (typeof argument === 'bigint') writeAddress(event, keyOf('arg', index), argument, kernel);
    else if (typeof argument === 'number') event.number(keyOf('arg', index), argument);
    else if (typeof argument === 'string') event.text(keyOf('arg', index), argument);
    else if (argument instanceof Uint8Array) event.number(keyOf('bytes', index), argument.length);
  }
  if (typeof value === 'bigint') writeAddress(event, 'ret', value, kernel);
  else if (typeof value === 'number' || typeof value === 'boolean')
    event.number('ret', Number(value));
  recorder.endCall(event, site);
}

/** Physical where there is a physical address: traces do not depend on where the direct map is. */
function writeAddress(
  event: FieldWriter,
  key: string,
  address: bigint,
  { machine, directMapBase }: Kernel,
): void {
  const offset = Number(address - directMapBase);
  if (offset >= 0 && machine.ram.has(offset)) event.address(key, offset);
  else if (address < ADDRESS_LIMIT) event.address(key, Number(address));
  else event.text(key, hexText(address));
}

const KEYS = { arg: [], bytes: [] } as { readonly arg: string[]; readonly bytes: string[] };

/** The same string for the same argument. */
function keyOf(kind: keyof typeof KEYS, index: number): string {
  const keys = KEYS[kind];
  while (keys.length <= index) keys.push(`${kind}${keys.length}`);
  return keys[index] as string;
}
