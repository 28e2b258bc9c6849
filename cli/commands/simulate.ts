import { closeSync, openSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  formatRunSummary,
  formatState,
  isCleanRun,
  type MachineState,
  parseScenario,
  type RunOptions,
  resultToJson,
  runScenario,
  type Scenario,
  stateToJson,
} from '../../simulator/index.ts';
import { loadBindings } from '../bindings.ts';
import { asSource, readInput, reason, UnusableInput } from '../input.ts';
import { EXIT, type Output } from '../options.ts';
import { relaunchWithRealms, STOPPED } from '../realms.ts';
import { issueText, styleFor } from '../report/text.ts';
import {
  compileCommandsFor,
  compilerOptions,
  createDriverRuntime,
  type NativeOptions,
} from '../runtime.ts';
import { writeCores } from '../write-core.ts';
import { writeText } from '../write-text.ts';
import { checkKernelBugs } from './simulate-bugs.ts';
import { simulateExplore } from './simulate-explore.ts';
import { simulateFaults } from './simulate-faults.ts';

export interface SimulateCommandOptions extends NativeOptions {
  readonly seed?: number;
  readonly trace?: string;
  readonly cores?: string;
  readonly json: boolean;
  /** Bugs that every kernel has that can have them. */
  readonly kernelBug?: readonly string[];
  /** Bugs that no kernel has. */
  readonly kernelFix?: readonly string[];
  /** Fails every call that may fail, one run each. */
  readonly faults?: boolean;
  /** Numbers of events: says what there is when each of them has happened. */
  readonly at?: readonly number[];
  /** Seeds to try, with other circumstances each. */
  readonly explore?: number;
  /** Where the smallest scenario that fails is written. */
  readonly output?: string;
  /** Runs with a fault at most. */
  readonly maxRuns?: number;
  readonly compileCommands?: string;
}

/** Pieces of text that are written at once. */
const LINES_AT_ONCE = 10_000;

/** `kho simulate`: 0 if the handover went well, 1 if there are findings or it did not complete. */
export async function simulateCommand(
  path: string,
  options: SimulateCommandOptions,
  output: Output,
): Promise<number> {
  const isMany = options.faults === true || options.explore !== undefined;
  const code = isMany ? await relaunchWithRealms() : undefined;
  if (code !== undefined) return code;
  const style = styleFor(output.isTerminal);
  const source = asSource(resolve(path), readInput(path));
  const parsed = parseScenario(source);
  for (const issue of parsed.issues) output.err(`${issueText(issue, style)}\n`);
  const scenario = parsed.value;
  if (scenario === undefined) return EXIT.unusable;
  for (const note of checkKernelBugs(scenario, options)) output.err(`${note}\n`);
  const folders = scenario.bindings.map((each) => resolve(dirname(path), each));
  const { bindings, issues } = loadBindings(folders);
  for (const issue of issues) output.err(`${issueText(issue, style)}\n`);
  const compiling = compilerOptions(options);
  if (options.compileCommands !== undefined) {
    const commands = compileCommandsFor(scenario, compiling);
    writeText(options.compileCommands, `${JSON.stringify(commands, null, 2)}\n`);
  }
  const runtime = createDriverRuntime({
    ...compiling,
    isReused: isMany,
    countsLines: options.faults === true,
    onOutput: (_kernel, _stream, text) => output.err(text),
  });
  const stop = (): void => void runtime.stop().finally(() => process.exit(STOPPED));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const { seed, kernelBug = [], kernelFix = [] } = options;
    const runOptions = {
      runtime,
      bindings,
      ...(seed === undefined ? {} : { seed }),
      kernelBugs: kernelBug,
      kernelFixes: kernelFix,
    };
    if (options.faults)
      return await simulateFaults(scenario, { ...runOptions, runtime }, options, output);
    if (options.explore !== undefined)
      return await simulateExplore(
        source,
        runOptions,
        { ...options, explore: options.explore },
        output,
      );
    if (options.at !== undefined)
      return await simulateUntil(scenario, runOptions, options.at, options.json, output);
    return await simulateOnce(scenario, runOptions, options, output);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await runtime.stop();
  }
}

async function simulateOnce(
  scenario: Scenario,
  runOptions: RunOptions,
  options: SimulateCommandOptions,
  output: Output,
): Promise<number> {
  const result = await runScenario(scenario, runOptions);
  if (options.trace !== undefined) writeLines(options.trace, result.traceLines());
  if (options.cores !== undefined) writeCores(options.cores, result.images);
  output.out(
    options.json
      ? `${JSON.stringify(resultToJson(result), null, 2)}\n`
      : formatRunSummary(result, process.cwd()),
  );
  return isCleanRun(result) ? EXIT.clean : EXIT.issues;
}

/** What there is at some events, found in one run; 0 if there are such events. */
async function simulateUntil(
  scenario: Scenario,
  runOptions: RunOptions,
  events: readonly number[],
  json: boolean,
  output: Output,
): Promise<number> {
  const cancellation = { isCancelled: false };
  const last = Math.max(...events);
  const found: MachineState[] = [];
  const onState = (state: MachineState): void => {
    found.push(state);
    // Nobody looks at the rest.
    if (state.event === last) cancellation.isCancelled = true;
  };
  const result = await runScenario(scenario, {
    ...runOptions,
    cancellation,
    lookAt: { events, onState },
  });
  const missing = events.find((event) => !found.some((state) => state.event === event));
  if (missing !== undefined)
    throw new UnusableInput(`--at ${missing}: the run has ${result.eventCount} events, from 1`);
  if (!json) {
    output.out(found.map((state) => formatState(state, process.cwd())).join('\n'));
    return EXIT.clean;
  }
  const values = found.map((state) => ({
    ...stateToJson(state),
    summary: formatState(state, dirname(scenario.path)),
  }));
  output.out(`${JSON.stringify(values.length === 1 ? values[0] : values, null, 2)}\n`);
  return EXIT.clean;
}

/** A trace may be longer than any text. */
function writeLines(path: string, lines: Iterable<string>): void {
  try {
    const file = openSync(path, 'w');
    try {
      let piece: string[] = [];
      for (const line of lines) {
        piece.push(line, '\n');
        if (piece.length < LINES_AT_ONCE) continue;
        writeFileSync(file, piece.join(''));
        piece = [];
      }
      writeFileSync(file, piece.join(''));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
}
