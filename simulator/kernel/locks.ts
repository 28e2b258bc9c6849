// Locks of drivers, by name: who holds what, and what must not be called meanwhile. Nothing ever
// waits for one, since a kernel here has one CPU; what would wait forever is a finding.
import type { Recorder } from '../run/recorder.ts';
import { type Caller, siteOf } from './caller.ts';

export type LockKind = 'mutex' | 'rw_semaphore' | 'rwlock' | 'spinlock';

/** Whoever holds one of these must not sleep. */
const ATOMIC: ReadonlySet<LockKind> = new Set(['rwlock', 'spinlock']);

/** A lock of a driver: by its name, and in C, where many have one name, by where it is. */
export interface Lock {
  readonly kind: LockKind;
  readonly name: string;
  readonly at?: unknown;
}

interface Held {
  readonly lock: Lock;
  readonly caller: Caller;
  /** The callback in which it was taken: what a task is here. */
  readonly task: number;
  /** It was said that nobody releases it. */
  isReported: boolean;
  /** How often it was taken while it was held. */
  repeats: number;
}

export class Locks {
  readonly #recorder: Recorder;
  readonly #held = new Map<string, Held>();
  #task = 0;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** A callback begins: another task than all before. */
  begin(): void {
    this.#task += 1;
  }

  lock(lock: Lock, caller: Caller): void {
    const key = keyOf(lock, caller);
    const held = this.#held.get(key);
    if (held === undefined) {
      const task = this.#task;
      this.#held.set(key, { lock, caller, task, isReported: false, repeats: 0 });
      return;
    }
    held.repeats += 1;
    if (!held.isReported)
      this.#report(`${textOf(lock)} is taken while it is held: this never returns`, {
        caller,
        related: [{ message: 'it was taken here', ...siteOf(held.caller) }],
      });
    held.isReported = true;
  }

  unlock(lock: Lock, caller: Caller): void {
    const key = keyOf(lock, caller);
    const held = this.#held.get(key);
    if (held !== undefined && held.repeats > 0) {
      held.repeats -= 1;
      return;
    }
    this.#held.delete(key);
    if (held?.isReported) return;
    if (held === undefined || held.lock.kind !== lock.kind)
      this.#report(`${textOf(lock)} is released, and nobody holds it`, { caller });
    else if (held.task !== this.#task)
      this.#report(`${textOf(lock)} is released by another task than took it`, {
        caller,
        related: [{ message: 'it was taken here', ...siteOf(held.caller) }],
      });
  }

  /** A callback returns to whoever called the kernel, without what it holds being given back. */
  end(what: string): void {
    for (const held of this.#held.values()) {
      if (held.task !== this.#task || held.isReported) continue;
      held.isReported = true;
      this.#report(`${what} returns with ${textOf(held.lock)} held`, { caller: held.caller });
    }
  }

  /** A function that may sleep is called. */
  maySleep(call: string, caller: Caller): void {
    if (this.#held.size === 0) return;
    for (const held of this.#held.values()) {
      if (!ATOMIC.has(held.lock.kind)) continue;
      this.#recorder.finding({
        rule: 'sleeps-while-atomic',
        severity: 'error',
        message: `${call}() may sleep, and is called with ${textOf(held.lock)} held`,
        help: 'preserve before the lock is taken, or use a mutex',
        driver: caller.driver,
        ...siteOf(caller),
        related: [{ message: 'the lock was taken here', ...siteOf(held.caller) }],
      });
      return;
    }
  }

  #report(
    message: string,
    { caller, related = [] }: { caller: Caller; related?: readonly { message: string }[] },
  ): void {
    this.#recorder.finding({
      rule: 'lock-misuse',
      severity: 'error',
      message,
      help: 'whoever takes a lock gives it back, before it returns',
      driver: caller.driver,
      ...siteOf(caller),
      related,
    });
  }
}

function keyOf({ name, at }: Lock, { driver }: Caller): string {
  return `${driver} ${at ?? ''} ${name}`;
}

function textOf({ kind, name }: Lock): string {
  return `${kind} ${name}`;
}
