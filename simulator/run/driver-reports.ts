// What drivers report themselves: warnings, and what sanitizers and KUnit find as they run.
import { type Caller, type Kernel, siteOf } from '../kernel/kernel.ts';
import type { Finding } from '../result.ts';
import type { ApiValue } from '../runtime.ts';
import { argumentsOf } from './arguments.ts';

/** Longer messages of drivers are cut, as printk() does. */
export const MAX_MESSAGE_CHARACTERS = 1024;

type Report = (args: readonly ApiValue[], caller: Caller, kernel: Kernel) => undefined;

export const DRIVER_REPORTS: Readonly<Record<string, Report>> = {
  warn(args, caller, kernel) {
    const text = textOf(args);
    kernel.print(`WARNING: ${caller.driver}: ${text}`, caller);
    add('driver-warned', 'warning', `a driver warns: ${text}`, [], caller, kernel);
  },
  /** With the address that was used, if it is known. */
  sanitizerReport(args, caller, kernel) {
    const text = textOf(args);
    const [, address] = argumentsOf(args, 'string', 'virt');
    kernel.print(`BUG: ${text}`, caller);
    add('sanitizer-report', 'error', text, objectAt(kernel, address), caller, kernel);
  },
  kunitFailed(args, caller, kernel) {
    const text = textOf(args);
    kernel.print(`${caller.driver}: ${text}`, caller);
    add('kunit-failed', 'error', text, [], caller, kernel);
  },
};

function textOf(args: readonly ApiValue[]): string {
  return argumentsOf(args, 'string')[0].slice(0, MAX_MESSAGE_CHARACTERS);
}

function add(
  rule: string,
  severity: Finding['severity'],
  message: string,
  related: Finding['related'],
  caller: Caller,
  kernel: Kernel,
): void {
  const { driver } = caller;
  kernel.recorder.finding({ rule, severity, message, driver, ...siteOf(caller), related });
}

/** Where what is or was at an address was allocated, or freed. */
function objectAt(kernel: Kernel, address: bigint): Finding['related'] {
  if (!kernel.isMapped(address)) return [];
  const physical = Number(address - kernel.directMapBase);
  const held = kernel.heldAround(physical);
  const freed = held === undefined ? kernel.freedAround(physical) : undefined;
  const how = held === undefined ? 'freed' : 'allocated';
  const object = held ?? freed;
  return object === undefined ? [] : [{ message: `it was ${how} here`, ...siteOf(object) }];
}
