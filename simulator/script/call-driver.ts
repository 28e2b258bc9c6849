// A call of a driver's function, in whichever process.
import type { CallbackFailure, CallbackOutcome } from '../index.ts';
import { thrownSite } from './sites.ts';

/** Calls what a driver exports, and says what came of it. `ownUrl` is the bundle this is in. */
export function callDriver(
  callback: unknown,
  args: readonly unknown[],
  ownUrl: string,
): CallbackOutcome {
  try {
    const value = (callback as (...all: readonly unknown[]) => unknown)(...args);
    if (typeof (value as { then?: unknown } | undefined)?.then === 'function')
      return { kind: 'threw', message: 'it is async; the kernel calls callbacks synchronously' };
    // What else a callback may return means nothing to the kernel.
    return { kind: 'returned', value: typeof value === 'number' ? value : undefined };
  } catch (error) {
    return failureOf(error, ownUrl);
  }
}

/** What a driver threw, whatever it is. */
export function failureOf(error: unknown, ownUrl: string): CallbackFailure & { kind: 'threw' } {
  try {
    return describedFailure(error, ownUrl);
  } catch {
    return { kind: 'threw', message: 'something that throws when it is looked at' };
  }
}

function describedFailure(error: unknown, ownUrl: string): CallbackFailure & { kind: 'threw' } {
  const site = thrownSite(error, ownUrl);
  const { name = 'Error', message = error } = (error ?? {}) as Partial<Error>;
  const text = name === 'Error' ? String(message) : `${name}: ${message}`;
  // Who imports a driver is no news to its author.
  const plain = (text.split('\n')[0] ?? '').replace(/ imported from \S*kernel-process\.mjs$/, '');
  return { kind: 'threw', message: plain, ...(site && { site }) };
}
