// What counts as a failure when circumstances are drawn, and which failures are the same.
import type { Finding, RunResult } from '../result.ts';
import { faultOutcome } from '../run/explore-faults.ts';
import type { Scenario } from '../scenario/scenario.ts';

export interface Failure {
  /** Those that nobody expected. */
  readonly findings: readonly Finding[];
  /** Why the run ended early, if it did. */
  readonly reason?: string;
}

const CLEAN = { findings: [], outcome: 'completed' } as const;

/** What is wrong with a run, calls that were made to fail taken into account. */
export function failureOf(result: RunResult, scenario: Scenario): Failure | undefined {
  const { findings, reason } =
    result.faults.length > 0 ? faultOutcome(result, CLEAN, scenario) : unexpected(result, scenario);
  if (findings.length === 0 && reason === undefined) return undefined;
  return { findings, ...(reason === undefined ? {} : { reason }) };
}

function unexpected(result: RunResult, { expect }: Scenario): Failure {
  const expected = new Set(expect.findings?.map(({ rule }) => rule));
  const findings = result.findings.filter(
    ({ rule, severity }) => severity !== 'info' && !expected.has(rule),
  );
  // A scenario may be about a kernel that does not boot.
  const isEarly = result.outcome === 'stopped' && expect.findings === undefined;
  return { findings, ...(isEarly ? { reason: result.reason ?? '' } : {}) };
}

/** Equal for failures with one cause: the rule and place of what was found first. */
export function causeOf({ findings, reason }: Failure): string {
  const [first] = findings;
  if (first === undefined) return `stopped: ${(reason ?? '').replace(/\d+/g, 'N')}`;
  const { rule, site } = first;
  return site === undefined ? rule : `${rule} ${site.path}:${site.line}`;
}
