import { Worker } from 'node:worker_threads';

/** A callback that takes longer will not return. */
const CALLBACK_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 1000;

/** Numbers of callbacks that began and that ended; the thread only looks. */
const THREAD = `
  const { workerData } = require('node:worker_threads');
  const { counts, timeoutMs, everyMs } = workerData;
  let began = 0;
  let since = Date.now();
  setInterval(() => {
    const [now, ended] = [Atomics.load(counts, 0), Atomics.load(counts, 1)];
    if (now !== began || now === ended) {
      began = now;
      since = Date.now();
    } else if (Date.now() - since > timeoutMs) process.kill(process.pid, 'SIGKILL');
  }, everyMs);
`;

/** Ends this process when a callback does not: nothing else in it could. */
export class Watchdog {
  readonly #counts = new Int32Array(new SharedArrayBuffer(8));

  constructor() {
    const workerData = {
      counts: this.#counts,
      timeoutMs: CALLBACK_TIMEOUT_MS,
      everyMs: LOOK_EVERY_MS,
    };
    new Worker(THREAD, { eval: true, workerData }).unref();
  }

  begin(): void {
    Atomics.add(this.#counts, 0, 1);
  }

  end(): void {
    Atomics.add(this.#counts, 1, 1);
  }
}
