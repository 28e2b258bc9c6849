// Runs a scenario once for every call that may fail, and says which failures drivers do not
// survive.
import { isCleanRun } from '../report/summary.ts';
import type { FallibleCall, FallibleSite, Finding, RunResult } from '../result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { MAX_FALLIBLE_CALLS } from './faults.ts';
import { type RunOptions, runScenario } from './run.ts';

/** What comes of a failure by itself, and is no mistake of the driver. */
const EXPECTED: ReadonlySet<string> = new Set([
  'driver-failed',
  'serialize-failed',
  'step-failed',
  // What was not serialized cannot be handed over.
  'not-active-at-load',
  'never-finalized',
]);
/** What is lost when a kernel fails to take over what it was handed. */
const LOST: ReadonlySet<string> = new Set(['never-claimed', 'never-restored']);
/** Calls of one run that are made to fail, one run each. */
export const MAX_FAULTS: number = MAX_FALLIBLE_CALLS;

/** One run in which a call failed. */
export interface FaultRun {
  /** Which of the calls that may fail, from 1. */
  readonly call: number;
  /** Absent if the run ended before the call came. */
  readonly fault?: FallibleCall;
  /** What the failure should not have led to; empty if drivers survived it. */
  readonly findings: readonly Finding[];
  /** Why the run ended early, if it did: the next kernel does not boot. */
  readonly reason?: string;
}

export interface FaultReport {
  /** Calls that may fail, of the run in which none does. */
  readonly calls: number;
  /** The run in which none fails. */
  readonly base: RunResult;
  /** In the order of the calls. */
  readonly runs: readonly FaultRun[];
  /** Places that calls come from, those that only error paths reach included. */
  readonly coverage: readonly SiteCoverage[];
}

/** How far a place of a driver was tried. */
export interface SiteCoverage extends Omit<FallibleSite, 'numbers'> {
  /** Runs in which a call from there was made to fail. */
  readonly failed: number;
  /** Only reached when another call had failed: it is on an error path, or in a later kernel. */
  readonly isOnErrorPath: boolean;
}

export interface FaultOptions extends Omit<RunOptions, 'failingCall'> {
  /** Runs at most. With fewer than there are calls, each place comes before any comes twice. */
  readonly limit?: number;
  /** Runs at a time; the report does not depend on it. */
  readonly concurrency?: number;
  onProgress?(done: number, all: number): void;
}

/**
 * Fails every call that may fail, one run each, and reports in the order of the calls. What the
 * scenario expects to be found, and what is found without a fault, does not count. Drivers come
 * anew for each run from the runtime.
 */
export async function exploreFaults(
  scenario: Scenario,
  options: FaultOptions,
): Promise<FaultReport> {
  const { limit = MAX_FAULTS, concurrency = 1, ...runOptions } = options;
  const base = await runScenario(scenario, runOptions);
  const calls = callsToFail(base, Math.min(limit, MAX_FAULTS));
  const sites = new Coverage(base);
  const runs: FaultRun[] = [];
  const tasks = calls.values();
  const work = async (): Promise<void> => {
    for (const call of tasks) {
      if (options.cancellation?.isCancelled) return;
      const result = await runScenario(scenario, { ...runOptions, failingCall: call });
      const [fault] = result.faults;
      sites.add(result);
      const survived = faultOutcome(result, base, scenario);
      runs.push({ call, ...(fault === undefined ? {} : { fault }), ...survived });
      options.onProgress?.(runs.length, calls.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  runs.sort((a, b) => a.call - b.call);
  return { calls: base.fallibleCalls, base, runs, coverage: sites.all() };
}

/** What faults should not have led to, and why the run ended early if that is because of them. */
export function faultOutcome(
  result: RunResult,
  base: Pick<RunResult, 'findings' | 'outcome'>,
  { expect }: Pick<Scenario, 'expect'>,
): Pick<FaultRun, 'findings' | 'reason'> {
  const known = new Set(base.findings.map(keyOf));
  const kernels = new Set(result.faults.map(({ kernel }) => kernel));
  // Until 6.18 an FDT whose serialization failed is left unfinished where the next kernel looks.
  const isAborted = result.findings.some(({ rule }) => rule === 'serialize-failed');
  const findings = result.findings.filter((finding) => {
    const { rule, severity, kernel } = finding;
    if (severity === 'info' || EXPECTED.has(rule) || known.has(keyOf(finding))) return false;
    if (rule === 'handover-refused' && isAborted) return false;
    // A kernel that fails to take over loses what the one before handed over to it.
    return (
      !(LOST.has(rule) && kernel > 1 && kernels.has(kernel)) &&
      !expect.findings?.some((each) => each.rule === rule)
    );
  });
  const { reason, outcome } = result;
  const isNew = reason !== undefined && outcome === 'stopped' && base.outcome === 'completed';
  return { findings, ...(isNew ? { reason } : {}) };
}

/** True if drivers survived every fault, and the run without one is as it should be. */
export function survivesFaults({ base, runs }: FaultReport): boolean {
  return (
    isCleanRun(base) &&
    runs.every(({ findings, reason }) => findings.length === 0 && reason === undefined)
  );
}

/** Numbers of at most `limit` calls, ascending: the first of every place, then the second, … */
function callsToFail({ fallibleSites }: RunResult, limit: number): readonly number[] {
  const ranked = fallibleSites.flatMap(({ numbers }) =>
    numbers.map((number, rank) => ({ number, rank })),
  );
  ranked.sort((a, b) => a.rank - b.rank || a.number - b.number);
  return ranked
    .slice(0, limit)
    .map(({ number }) => number)
    .sort((a, b) => a - b);
}

/** Sums up places over all runs. */
class Coverage {
  readonly #sites = new Map<string, SiteCoverage>();

  constructor(base: RunResult) {
    this.#addSites(base, false);
  }

  add(result: RunResult): void {
    this.#addSites(result, true);
    for (const fault of result.faults) {
      const key = placeOf(fault);
      const known = this.#sites.get(key);
      if (known !== undefined) this.#sites.set(key, { ...known, failed: known.failed + 1 });
    }
  }

  /** By file and line; those that have none come last. */
  all(): readonly SiteCoverage[] {
    return [...this.#sites.values()].sort((a, b) => {
      const [x, y] = [a.site, b.site];
      if (x === undefined || y === undefined)
        return Number(x === undefined) - Number(y === undefined);
      if (x.path !== y.path) return x.path < y.path ? -1 : 1;
      return x.line - y.line || x.column - y.column;
    });
  }

  #addSites({ fallibleSites }: RunResult, isOnErrorPath: boolean): void {
    for (const { numbers: _numbers, ...site } of fallibleSites) {
      const key = placeOf(site);
      if (!this.#sites.has(key)) this.#sites.set(key, { ...site, failed: 0, isOnErrorPath });
    }
  }
}

function placeOf({
  driver,
  function: name,
  site,
}: Omit<FallibleSite, 'numbers' | 'calls'>): string {
  const where = site === undefined ? '' : `${site.path}:${site.line}:${site.column}`;
  return `${driver} ${name} ${where}`;
}

/** The same cause at the same place, wherever memory was this time. */
function keyOf({ rule, site, driver, kernel }: Finding): string {
  const where = site === undefined ? `${kernel}` : `${site.path}:${site.line}:${site.column}`;
  return `${rule} ${driver ?? ''} ${where}`;
}
