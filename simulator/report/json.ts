import type { RunResult } from '../result.ts';
import { type FaultReport, survivesFaults } from '../run/explore-faults.ts';
import type { MachineState } from '../trace/state.ts';
import { formatRunMarkdown } from './summary.ts';

/** A result in JSON: without images, with the summary of an editor. */
export interface JsonRunResult
  extends Pick<RunResult, 'title' | 'seed' | 'outcome' | 'reason' | 'findings' | 'trace'> {
  readonly summaryMarkdown: string;
}

/**
 * A result as plain JSON values. Addresses and sizes are `0x…` strings, and bytes are text of two
 * hexadecimal digits each, since JSON has neither 64-bit integers nor bytes.
 */
export function resultToJson(result: RunResult): JsonRunResult {
  const { images: _images, ...rest } = result;
  const text = JSON.stringify({ ...rest, summaryMarkdown: formatRunMarkdown(result) }, replace);
  return JSON.parse(text) as JsonRunResult;
}

/** A fault report in JSON; of the run without a fault there is what went wrong. */
export interface JsonFaultReport extends Omit<FaultReport, 'base'> {
  readonly title: string;
  readonly seed: number;
  readonly survives: boolean;
  readonly base: Pick<RunResult, 'outcome' | 'reason' | 'findings'>;
}

/** What fault injection found as plain JSON values. */
export function faultReportToJson(report: FaultReport): JsonFaultReport {
  const { base, ...rest } = report;
  const { title, seed, outcome, reason, findings } = base;
  const value = {
    title,
    seed,
    survives: survivesFaults(report),
    ...rest,
    base: { outcome, reason, findings },
  };
  return JSON.parse(JSON.stringify(value, replace));
}

/** A state as plain JSON values. */
export function stateToJson(state: MachineState): object {
  return JSON.parse(JSON.stringify(state, replace));
}

function replace(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (value instanceof Uint8Array)
    return [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  // Sources are in the files that issues name.
  if (key === 'source') return (value as { path?: string }).path;
  return value;
}
