// `kho simulate --faults`: which failures of a call drivers do not survive.
import path from 'node:path';
import {
  exploreFaults,
  faultReportToJson,
  formatFaultReport,
  type JsonFaultReport,
  type LineCoverage,
  type RunOptions,
  type Scenario,
  survivesFaults,
} from '../../simulator/index.ts';
import { fenced } from '../fenced.ts';
import { lineCoverageText } from '../line-coverage-text.ts';
import { EXIT, type Output } from '../options.ts';
import { createProgress } from '../progress.ts';
import { withRealms } from '../realms.ts';
import { type DriverRuntime, isNative } from '../runtime.ts';

export interface FaultCommandOptions {
  readonly json: boolean;
  readonly maxRuns?: number;
}

/** What `--json` gives. */
export interface JsonFaults extends JsonFaultReport {
  readonly lines: readonly LineCoverage[];
  /** The report, for an editor: paths are relative to the scenario's folder. */
  readonly summaryMarkdown: string;
}

/** Runs at a time: while one waits for its drivers, the engine goes on with another. */
const CONCURRENCY = 2;

/** 0 if drivers survive every fault, 1 if not or if there are findings without one. */
export async function simulateFaults(
  scenario: Scenario,
  runOptions: RunOptions & { readonly runtime: DriverRuntime },
  { json, maxRuns }: FaultCommandOptions,
  output: Output,
): Promise<number> {
  const progress = createProgress(output);
  let inRealms: readonly LineCoverage[] | undefined;
  const report = await withRealms(
    runOptions.runtime,
    (realms) =>
      exploreFaults(scenario, {
        ...runOptions,
        ...realms,
        concurrency: CONCURRENCY,
        ...(maxRuns === undefined ? {} : { limit: maxRuns }),
        onProgress: (done, all) => progress.show(`${done} of ${all} runs`),
      }),
    (files) => {
      inRealms = files;
    },
  );
  progress.clear();
  const lines = [...(inRealms ?? []), ...(await runOptions.runtime.lineCoverage())];
  const uncounted = inRealms === undefined && hasScripts(scenario) ? UNCOUNTED : '';
  const textIn = (folder: string): string =>
    formatFaultReport(report, folder) + lineCoverageText(lines, folder) + uncounted;
  if (json) {
    const summaryMarkdown = fenced(textIn(path.dirname(scenario.path)));
    const value: JsonFaults = { ...faultReportToJson(report), lines, summaryMarkdown };
    output.out(`${JSON.stringify(value, null, 2)}\n`);
  } else output.out(textIn(process.cwd()));
  return survivesFaults(report) ? EXIT.clean : EXIT.issues;
}

const UNCOUNTED =
  '\nLines of drivers in TypeScript and JavaScript are not counted: one of them needs a process ' +
  'of its own.\n';

function hasScripts({ kernels }: Scenario): boolean {
  return kernels.some(({ drivers }) => drivers.some((driver) => !isNative(driver)));
}
