// `kho simulate --faults`: which failures of a call drivers do not survive.
import {
  exploreFaults,
  faultReportToJson,
  formatFaultReport,
  type RunOptions,
  type Scenario,
  survivesFaults,
} from '../../simulator/index.ts';
import { EXIT, type Output } from '../options.ts';
import { createProgress } from '../progress.ts';
import { withRealms } from '../realms.ts';

export interface FaultCommandOptions {
  readonly json: boolean;
  readonly maxRuns?: number;
}

/** Runs at a time: while one waits for its drivers, the engine goes on with another. */
const CONCURRENCY = 2;

/** 0 if drivers survive every fault, 1 if not or if there are findings without one. */
export async function simulateFaults(
  scenario: Scenario,
  runOptions: RunOptions,
  { json, maxRuns }: FaultCommandOptions,
  output: Output,
): Promise<number> {
  const progress = createProgress(output);
  const report = await withRealms(runOptions.runtime, (realms) =>
    exploreFaults(scenario, {
      ...runOptions,
      ...realms,
      concurrency: CONCURRENCY,
      ...(maxRuns === undefined ? {} : { limit: maxRuns }),
      onProgress: (done, all) => progress.show(`${done} of ${all} runs`),
    }),
  );
  progress.clear();
  output.out(
    json
      ? `${JSON.stringify(faultReportToJson(report), null, 2)}\n`
      : formatFaultReport(report, process.cwd()),
  );
  return survivesFaults(report) ? EXIT.clean : EXIT.issues;
}
