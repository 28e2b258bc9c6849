// Runs a scenario once for every call that may fail, and says which failures drivers do not
// survive.
import type { Finding } from '../result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type RunOptions, runScenario } from './run.ts';

/** What comes of a failure by itself, and is no mistake of the driver. */
const EXPECTED: ReadonlySet<string> = new Set(['driver-failed', 'serialize-failed', 'step-failed']);
/** Calls of one run that are made to fail, one run each. */
export const MAX_FAULTS = 10_000;

/** One run in which a call failed. */
export interface FaultRun {
  /** Which of the calls that may fail, from 1. */
  readonly call: number;
  /** What the failure should not have led to; empty if drivers survived it. */
  readonly findings: readonly Finding[];
  /** Why the run ended early, if it did. */
  readonly reason?: string;
}

export interface FaultReport {
  /** Calls that may fail, of the run in which none does. */
  readonly calls: number;
  readonly runs: readonly FaultRun[];
}

/**
 * Fails every call that may fail, one run each, in the order of the calls; at most `limit` of them.
 * The scenario's own expectations do not count. Drivers come anew for each run from the runtime.
 */
export async function exploreFaults(
  scenario: Scenario,
  options: Omit<RunOptions, 'failingCall'>,
  limit: number = MAX_FAULTS,
): Promise<FaultReport> {
  const { fallibleCalls } = await runScenario(scenario, options);
  const runs: FaultRun[] = [];
  for (let call = 1; call <= Math.min(fallibleCalls, limit); call++) {
    if (options.cancellation?.isCancelled) break;
    const result = await runScenario(scenario, { ...options, failingCall: call });
    const findings = result.findings.filter(
      ({ rule, severity }) => severity !== 'info' && !EXPECTED.has(rule),
    );
    const { reason } = result;
    runs.push({ call, findings, ...(reason === undefined ? {} : { reason }) });
  }
  return { calls: fallibleCalls, runs };
}
