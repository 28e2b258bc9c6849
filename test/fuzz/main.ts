// npm run fuzz: inputs that are damaged by chance, and none may end in an exception, a hang or a
// heap without bound.
//   --seed N      the same seed gives the same inputs; by chance if absent, and printed
//   --cases N     of all kinds together, 10,000 by default
//   --kind K      only this kind; may be repeated
//   --case N      only this case of the one kind that is named
// Each input that fails is written to build/fuzz/.
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { keepInput } from './keep-input.ts';
import { KINDS } from './kinds.ts';
import { runJobs } from './pool.ts';
import { type Failure, type Job, work } from './work.ts';

/** Cases that a worker is given at once. */
const JOB_CASES = 100;
const FAILURES_MAX = 20;

if (isMainThread) process.exitCode = (await main()) ? 0 : 1;
else work();

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      cases: { type: 'string', default: '10000' },
      kind: { type: 'string', multiple: true },
      case: { type: 'string' },
    },
  });
  const seed = values.seed === undefined ? randomSeed() : wholeNumber('seed', values.seed);
  const kinds = KINDS.filter(({ name }) => values.kind?.includes(name) ?? true);
  const wrong = values.kind?.find((name) => !KINDS.some((kind) => kind.name === name));
  if (wrong !== undefined)
    throw new Error(`--kind ${wrong}: there are ${KINDS.map(({ name }) => name).join(', ')}`);
  console.log(`fuzz: seed ${seed}`);
  const only = values.case === undefined ? undefined : wholeNumber('case', values.case);
  const shares = kinds.reduce((sum, { share }) => sum + share, 0);
  const cases = wholeNumber('cases', values.cases);
  const jobs = kinds.flatMap(({ name, share }) =>
    only === undefined
      ? jobsOf(name, Math.ceil((cases * share) / shares), seed)
      : [{ kind: name, seed, from: only, to: only + 1 }],
  );
  const begin = performance.now();
  const { failures, caseCount } = await runJobs(jobs, availableParallelism(), FAILURES_MAX);
  for (const failure of failures) report(failure, seed);
  const took = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`fuzz: ${caseCount} cases, ${failures.length} failed, ${took} s`);
  return failures.length === 0;
}

/** Pieces of the work on one kind, so that all processors have something to do. */
function jobsOf(kind: string, cases: number, seed: number): readonly Job[] {
  return Array.from({ length: Math.ceil(cases / JOB_CASES) }, (_, i) => ({
    kind,
    seed,
    from: i * JOB_CASES,
    to: Math.min(cases, (i + 1) * JOB_CASES),
  }));
}

function report({ kind, index, message }: Failure, seed: number): void {
  console.error(`\n✖ ${kind} ${index}: ${message.replaceAll('\n', '\n  ')}`);
  console.error(`  input: ${keepInput(kind, seed, index)}`);
  console.error(`  again: npm run fuzz -- --kind ${kind} --seed ${seed} --case ${index}`);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** 32)
    throw new Error(`--${option} ${text} is no whole number from 0 to 2^32 - 1`);
  return value;
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
