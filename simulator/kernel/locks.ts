// Locks of drivers, by name: who holds what, and what must not be called meanwhile. Nothing ever
// waits for one, since a kernel here has one CPU; what would wait forever is a finding.
import type { Recorder } from '../run/recorder.ts';
import { type Caller, siteOf } from './caller.ts';

export type LockKind = 'mutex' | 'spinlock';

interface Held {
  readonly kind: LockKind;
  readonly caller: Caller;
  /** The callback in which it was taken: what a task is here. */
  readonly task: number;
  /** It was said that nobody releases it. */
  isReported: boolean;
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

  lock(kind: LockKind, name: string, caller: Caller): void {
    const key = `${caller.driver} ${name}`;
    const held = this.#held.get(key);
    if (held === undefined) {
      this.#held.set(key, { kind, caller, task: this.#task, isReported: false });
      return;
    }
    if (!held.isReported)
      this.#report(`${kind} ${name} is taken while it is held: this never returns`, {
        caller,
        related: [{ message: 'it was taken here', ...siteOf(held.caller) }],
      });
    held.isReported = true;
  }

  unlock(kind: LockKind, name: string, caller: Caller): void {
    const key = `${caller.driver} ${name}`;
    const held = this.#held.get(key);
    this.#held.delete(key);
    if (held?.isReported) return;
    if (held === undefined || held.kind !== kind)
      this.#report(`${kind} ${name} is released, and nobody holds it`, { caller });
    else if (held.task !== this.#task)
      this.#report(`${kind} ${name} is released by another task than took it`, {
        caller,
        related: [{ message: 'it was taken here', ...siteOf(held.caller) }],
      });
  }

  /** A callback returns to whoever called the kernel, without what it holds being given back. */
  end(what: string): void {
    for (const [key, held] of this.#held) {
      if (held.task !== this.#task || held.isReported) continue;
      held.isReported = true;
      const name = key.slice(held.caller.driver.length + 1);
      this.#report(`${what} returns with ${held.kind} ${name} held`, {
        caller: held.caller,
      });
    }
  }

  /** A function that may sleep is called. */
  maySleep(call: string, caller: Caller): void {
    if (this.#held.size === 0) return;
    for (const [key, held] of this.#held) {
      if (held.kind !== 'spinlock') continue;
      const name = key.slice(held.caller.driver.length + 1);
      this.#recorder.finding({
        rule: 'sleeps-while-atomic',
        severity: 'error',
        message: `${call}() may sleep, and is called with spinlock ${name} held`,
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
