// `kho simulate --explore`: seeds until one fails, and the smallest scenario that fails like that.
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import type { SourceFile } from '../../fdt/index.ts';
import {
  exploreReportToJson,
  exploreScenario,
  fileOfFailure,
  formatExploreReport,
  type RawScenario,
  type RunOptions,
} from '../../simulator/index.ts';
import { fenced } from '../fenced.ts';
import { EXIT, type Output } from '../options.ts';
import { createProgress } from '../progress.ts';
import { withRealms } from '../realms.ts';
import { writeText } from '../write-text.ts';

export interface ExploreCommandOptions {
  readonly json: boolean;
  readonly explore: number;
  /** The first seed, 1 if absent. */
  readonly seed?: number;
  readonly output?: string;
}

/** Seeds at a time: while one waits for its drivers, the engine goes on with another. */
const CONCURRENCY = 2;

/** 0 if no seed fails, else 1. */
export async function simulateExplore(
  { path, text }: SourceFile,
  { runtime, bindings, kernelBugs, kernelFixes }: RunOptions,
  { explore: count, seed: firstSeed = 1, json, output: file }: ExploreCommandOptions,
  output: Output,
): Promise<number> {
  const progress = createProgress(output);
  let shrinkRuns = 0;
  const report = await withRealms(runtime, (realms) =>
    exploreScenario(JSON.parse(text) as RawScenario, path, {
      ...realms,
      bindings,
      ...(kernelBugs === undefined ? {} : { kernelBugs }),
      ...(kernelFixes === undefined ? {} : { kernelFixes }),
      firstSeed,
      count,
      concurrency: CONCURRENCY,
      onProgress(seeds, isShrinking) {
        if (isShrinking) shrinkRuns += 1;
        progress.show(isShrinking ? `shrinking, ${shrinkRuns} runs` : `${seeds} of ${count} seeds`);
      },
    }),
  );
  progress.clear();
  const { failure } = report;
  const relocate = (name: string): string => relocated(name, path, file);
  const scenario = failure === undefined ? undefined : fileOfFailure(failure, relocate);
  const scenarioText = `${JSON.stringify(scenario, null, 2)}\n`;
  if (file !== undefined && scenario !== undefined) writeText(file, scenarioText);
  if (json) {
    // For an editor: paths are relative to the scenario's folder.
    const summaryMarkdown = fenced(formatExploreReport(report, dirname(path)));
    const value = { ...exploreReportToJson(report), scenario, summaryMarkdown };
    output.out(`${JSON.stringify(value, null, 2)}\n`);
  } else {
    output.out(formatExploreReport(report, process.cwd()));
    if (scenario !== undefined)
      output.out(file === undefined ? `\n${scenarioText}` : `\nkho simulate ${file} shows it\n`);
  }
  return failure === undefined ? EXIT.clean : EXIT.issues;
}

/** A path from the folder of `from`, as it is from that of `to`. */
function relocated(name: string, from: string, to: string | undefined): string {
  if (to === undefined || isAbsolute(name)) return name;
  const path = relative(dirname(resolve(to)), resolve(dirname(from), name));
  return path === '' ? '.' : path;
}
