// Locks of drivers. What is tried has succeeded: whoever has the lock tells, and does not sleep.
import type { LockKind } from '../kernel/locks.ts';
import type { ApiValue } from '../runtime.ts';
import type { Answerer } from './allocation-calls.ts';
import { argumentsOf } from './arguments.ts';

export const LOCK_CALLS: Readonly<Record<string, Answerer>> = {
  mutexLock: taking('mutex'),
  mutexTrylock: taking('mutex'),
  mutexUnlock: releasing('mutex'),
  spinLock: taking('spinlock'),
  spinUnlock: releasing('spinlock'),
  readLock: taking('rwlock'),
  readUnlock: releasing('rwlock'),
  writeLock: taking('rwlock'),
  writeUnlock: releasing('rwlock'),
  downRead: taking('rw_semaphore'),
  downReadTrylock: taking('rw_semaphore'),
  upRead: releasing('rw_semaphore'),
  downWrite: taking('rw_semaphore'),
  downWriteTrylock: taking('rw_semaphore'),
  upWrite: releasing('rw_semaphore'),
  /** Functions of C that wait, by their names: those that the engine does not see. */
  mightSleep([name], caller, kernel) {
    kernel.locks.maySleep(nameOf(name), caller);
    return undefined;
  },
};

/** Of a lock by its name, and by where it is if the call has that. */
function taking(kind: LockKind): Answerer {
  return ([name, at], caller, kernel) => {
    kernel.locks.lock({ kind, name: nameOf(name), at }, caller);
    return undefined;
  };
}

function releasing(kind: LockKind): Answerer {
  return ([name, at], caller, kernel) => {
    kernel.locks.unlock({ kind, name: nameOf(name), at }, caller);
    return undefined;
  };
}

function nameOf(value: ApiValue | undefined): string {
  const [name] = argumentsOf([value ?? null], 'string');
  return name;
}
