// Workers, each watched: one whose case takes too long, or too much memory, is ended, and another
// goes on behind that case.
import { Worker } from 'node:worker_threads';
import type { Failure, Job, Message } from './work.ts';

/** No input of a few pages is worth more. */
const CASE_MS_MAX = 20_000;
const WATCH_MS = 250;
const HEAP_MB_MAX = 512;

export interface Outcome {
  readonly failures: readonly Failure[];
  readonly caseCount: number;
}

/** Does all `jobs`, or as many as it takes to find `failuresMax`. */
export async function runJobs(
  jobs: readonly Job[],
  workerCount: number,
  failuresMax: number,
): Promise<Outcome> {
  const queue = [...jobs];
  const failures: Failure[] = [];
  let caseCount = 0;
  const takeJob = (): Job | undefined =>
    failures.length < failuresMax ? queue.shift() : undefined;
  const runOne = async (): Promise<void> => {
    for (;;) {
      const ended = await runWorker(takeJob, (failure) => failures.push(failure));
      caseCount += ended.caseCount;
      if (ended.rest === undefined) return;
      if (ended.rest.from < ended.rest.to) queue.unshift(ended.rest);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workerCount, jobs.length) }, runOne));
  const sorted = failures.slice(0, failuresMax);
  sorted.sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.index - b.index));
  return { failures: sorted, caseCount };
}

/** Feeds one worker until there are no jobs, or it had to be ended: then `rest` is left to do. */
function runWorker(
  takeJob: () => Job | undefined,
  fail: (failure: Failure) => void,
): Promise<{ caseCount: number; rest?: Job }> {
  return new Promise((resolve) => {
    const at = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(new URL(import.meta.url), {
      workerData: at.buffer,
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
    });
    let job: Job | undefined;
    let caseCount = 0;
    let last = -1;
    let since = 0;
    const end = (message?: string): void => {
      clearInterval(watch);
      const index = Atomics.load(at, 0);
      if (message !== undefined && job !== undefined) fail({ kind: job.kind, index, message });
      const rest = job && { ...job, from: index + 1 };
      caseCount += job === undefined ? 0 : index + 1 - job.from;
      void worker.terminate();
      resolve(rest === undefined ? { caseCount } : { caseCount, rest });
    };
    const next = (): void => {
      job = takeJob();
      if (job === undefined) end();
      else {
        Atomics.store(at, 0, job.from);
        last = -1;
        worker.postMessage(job);
      }
    };
    const watch = setInterval(() => {
      const index = Atomics.load(at, 0);
      const now = performance.now();
      if (index !== last) [last, since] = [index, now];
      else if (now - since > CASE_MS_MAX) end(`not done after ${CASE_MS_MAX / 1000} s`);
    }, WATCH_MS);
    worker.on('message', (message: Message) => {
      if ('failure' in message) return fail(message.failure);
      caseCount += (job?.to ?? 0) - (job?.from ?? 0);
      next();
    });
    worker.on('error', (error) => end(String(error.stack ?? error)));
    worker.on('online', next);
  });
}
