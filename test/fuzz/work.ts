// What a worker does: case after case, saying which one it is at where others can see it.
import assert from 'node:assert/strict';
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { KINDS } from './kinds.ts';
import { randomOf } from './random.ts';

/** Cases `from` to below `to` of a kind. */
export interface Job {
  readonly kind: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export interface Failure {
  readonly kind: string;
  readonly index: number;
  readonly message: string;
}

/** What a worker says: that something failed, or that it is done with its job. */
export type Message = { readonly failure: Failure } | { readonly done: true };

/** Of typed arrays, which the limit on the heap of a worker leaves out. */
const ARRAYS_BYTES_MAX = 1 << 30;

/** Takes jobs until there are none. */
export function work(): void {
  assert.ok(parentPort !== null);
  const port = parentPort;
  const at = new Int32Array(workerData as SharedArrayBuffer);
  port.on('message', ({ kind: name, seed, from, to }: Job) => {
    const kind = KINDS.find((each) => each.name === name);
    assert.ok(kind !== undefined, name);
    for (let index = from; index < to; index++) {
      Atomics.store(at, 0, index);
      try {
        kind.run(kind.make(randomOf(seed, name, index)));
        const { arrayBuffers } = process.memoryUsage();
        assert.ok(arrayBuffers < ARRAYS_BYTES_MAX, `${arrayBuffers} bytes of arrays are in use`);
      } catch (error) {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        port.postMessage({ failure: { kind: name, index, message } } satisfies Message);
      }
    }
    port.postMessage({ done: true } satisfies Message);
  });
}
