// Runs a scenario under circumstances that are drawn, until it fails, and shrinks what failed.
import { createRandom, type Random } from '../machine/random.ts';
import type { RunResult } from '../result.ts';
import { type RunOptions, runScenario } from '../run/run.ts';
import type { FaultSpec, Scenario } from '../scenario/scenario.ts';
import { causeOf, type Failure, failureOf } from './failure.ts';
import { meaningOf, type RawScenario } from './raw-scenario.ts';
import { shrink } from './shrink.ts';
import { varied } from './vary.ts';

/** Calls that are made to fail in one run. */
const MAX_FAULTS_AT_ONCE = 3;

export interface ExploreOptions extends Omit<RunOptions, 'seed' | 'failingCall' | 'failingCalls'> {
  readonly firstSeed: number;
  /** Seeds that are tried, one after the other. */
  readonly count: number;
  /** Seeds at a time; the report does not depend on it. */
  readonly concurrency?: number;
  onProgress?(seeds: number, isShrinking: boolean): void;
}

export interface ExploreReport {
  /** Seeds that were tried, the one that failed included. */
  readonly seeds: number;
  readonly firstSeed: number;
  readonly failure?: ExploredFailure;
}

/** The first seed that fails. */
export interface ExploredFailure extends Failure {
  readonly seed: number;
  /** What was run. */
  readonly scenario: RawScenario;
  /** The smallest scenario that fails in the same way, and how it does. */
  readonly shrunk: RawScenario;
  readonly shrunkFailure: Failure;
  /** Rules of what comes of the faults by themselves. */
  readonly consequences: readonly string[];
  readonly shrinkRuns: number;
}

/** A run that failed. */
interface Failed {
  readonly seed: number;
  readonly raw: RawScenario;
  readonly failure: Failure;
}

/**
 * Tries seeds until one fails, with and without calls that are made to fail. `raw` is the scenario
 * of `path` as JSON. The same seed draws the same, whatever the others come to.
 */
export async function exploreScenario(
  raw: RawScenario,
  path: string,
  options: ExploreOptions,
): Promise<ExploreReport> {
  const { firstSeed, count, concurrency = 1 } = options;
  const failures: Failed[] = [];
  let tried = 0;
  let next = firstSeed;
  const work = async (): Promise<void> => {
    // A lower seed that is still running may fail as well, and would be the first then.
    while (next < firstSeed + count && failures.length === 0) {
      if (options.cancellation?.isCancelled) return;
      const seed = next++;
      const found = await trySeed(raw, path, seed, options);
      tried += 1;
      options.onProgress?.(tried, false);
      if (found !== undefined) failures.push(found);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const [failed] = failures.sort((a, b) => a.seed - b.seed);
  if (failed === undefined) return { seeds: tried, firstSeed };
  const { seed, failure } = failed;
  const small = await shrunkOf(failed, path, options);
  const seeds = seed - firstSeed + 1;
  return { seeds, firstSeed, failure: { seed, scenario: failed.raw, ...failure, ...small } };
}

/** A scenario with what was drawn for it, and what it comes to when no call fails. */
interface Drawn {
  readonly raw: RawScenario;
  readonly scenario: Scenario;
  readonly base: RunResult;
}

async function trySeed(
  raw: RawScenario,
  path: string,
  seed: number,
  options: ExploreOptions,
): Promise<Failed | undefined> {
  const random = createRandom(seed);
  const drawn = await draw(raw, path, random, options);
  return drawn === undefined ? undefined : tryFaults(drawn, seed, random, options);
}

/** Memory that was divided otherwise may not do for the command line: as it was, then. */
async function draw(
  raw: RawScenario,
  path: string,
  random: Random,
  options: ExploreOptions,
): Promise<Drawn | undefined> {
  const original = meaningOf(raw, path).value;
  if (original === undefined) return undefined;
  const tried = varied(raw, original, random);
  const { machine: _divided, ...rest } = tried;
  const undivided = raw.machine === undefined ? rest : { ...rest, machine: raw.machine };
  let drawn: Drawn | undefined;
  const isDivided = JSON.stringify(tried.machine) !== JSON.stringify(raw.machine);
  for (const each of isDivided ? [tried, undivided] : [tried]) {
    const scenario = meaningOf(each, path).value;
    if (scenario === undefined) continue;
    drawn = { raw: each, scenario, base: await run(scenario, options) };
    if (drawn.base.findings.every(({ rule }) => rule !== 'scratch-too-small')) break;
  }
  return drawn;
}

/** If a run is as it should be, runs it again with some of its calls failing. */
async function tryFaults(
  { raw, scenario, base }: Drawn,
  seed: number,
  random: Random,
  options: ExploreOptions,
): Promise<Failed | undefined> {
  const failure = failureOf(base, scenario);
  if (failure !== undefined) return { seed, raw, failure };
  if (base.fallibleCalls === 0) return undefined;
  const count = 1 + random.below(MAX_FAULTS_AT_ONCE);
  const failingCalls = Array.from({ length: count }, () => 1 + random.below(base.fallibleCalls));
  const result = await run(scenario, options, failingCalls);
  const failureOfFaults = failureOf(result, scenario);
  if (failureOfFaults === undefined) return undefined;
  const faults = [...(raw.faults ?? []), ...result.faults.map(specOf)];
  return { seed, raw: { ...raw, faults: withoutRepetitions(faults) }, failure: failureOfFaults };
}

function specOf({ kernel, driver, function: name, nth }: FaultSpec): FaultSpec {
  return { kernel, driver, function: name, nth };
}

function withoutRepetitions(faults: readonly FaultSpec[]): FaultSpec[] {
  return [...new Map(faults.map((each) => [JSON.stringify(each), each])).values()];
}

async function shrunkOf(
  { raw, failure }: Failed,
  path: string,
  options: ExploreOptions,
): Promise<Pick<ExploredFailure, 'shrunk' | 'shrunkFailure' | 'consequences' | 'shrinkRuns'>> {
  const cause = causeOf(failure);
  let shrunkFailure = failure;
  let found: readonly string[] = [];
  const { scenario, runs } = await shrink(raw, async (candidate) => {
    if (options.cancellation?.isCancelled) return false;
    const meaning = meaningOf(candidate, path).value;
    if (meaning === undefined) return false;
    const result = await run(meaning, options);
    const same = failureOf(result, meaning);
    options.onProgress?.(0, true);
    if (same === undefined || causeOf(same) !== cause) return false;
    shrunkFailure = same;
    found = result.findings.map(({ rule }) => rule);
    return true;
  });
  const wrong = new Set(shrunkFailure.findings.map(({ rule }) => rule));
  const consequences = [...new Set(found)].filter((rule) => !wrong.has(rule));
  return { shrunk: scenario, shrunkFailure, consequences, shrinkRuns: runs };
}

function run(
  scenario: Scenario,
  options: ExploreOptions,
  failingCalls: readonly number[] = [],
): Promise<RunResult> {
  const { firstSeed: _first, count: _count, concurrency: _at, onProgress: _on, ...rest } = options;
  return runScenario(scenario, { ...rest, failingCalls });
}
