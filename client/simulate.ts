import * as vscode from 'vscode';
import type { JsonFaultReport, JsonRunResult } from '../simulator/index.ts';
import { findingsOfFaults } from './fault-findings.ts';
import { runKho } from './kho-process.ts';
import { nativeArguments } from './native-settings.ts';
import type { Tools } from './tools.ts';
import { mayRunCode } from './trust.ts';

/** What the command returns to whoever calls it, such as a test or a key binding. */
export interface Simulated {
  readonly scenario: vscode.Uri;
  readonly result: JsonRunResult;
}

/** The same of runs in each of which one call failed. */
export interface SimulatedFaults {
  readonly scenario: vscode.Uri;
  readonly report: JsonFaultReport & { readonly summaryMarkdown: string };
}

export function registerSimulate(tools: Tools): void {
  const { registerCommand } = vscode.commands;
  tools.context.subscriptions.push(
    registerCommand('kho.simulate', (uri?: vscode.Uri) => simulate(tools, uri)),
    registerCommand('kho.simulateFaults', (uri?: vscode.Uri) => simulateFaults(tools, uri)),
  );
}

async function simulate(tools: Tools, uri?: vscode.Uri): Promise<Simulated | undefined> {
  const done = await runSimulation(tools, uri, 'Simulating', []);
  if (done === undefined) return undefined;
  const result = done.output as JsonRunResult;
  await showResult(tools, done.scenario, result);
  return { scenario: done.scenario, result };
}

async function simulateFaults(
  tools: Tools,
  uri?: vscode.Uri,
): Promise<SimulatedFaults | undefined> {
  const done = await runSimulation(tools, uri, 'Making calls fail in', ['--faults']);
  if (done === undefined) return undefined;
  const { scenario } = done;
  const report = done.output as SimulatedFaults['report'];
  tools.findings.show(scenario, findingsOfFaults(report));
  await tools.summaries.show(scenario, report.summaryMarkdown);
  return { scenario, report };
}

/** What `kho simulate` prints of the scenario that is chosen; undefined if nothing comes of it. */
export async function runSimulation(
  tools: Tools,
  uri: vscode.Uri | undefined,
  doing: string,
  options: readonly string[],
): Promise<{ readonly scenario: vscode.Uri; readonly output: unknown } | undefined> {
  if (!mayRunCode('Simulating a handover')) return undefined;
  const scenario = await tools.scenarios.choose(uri);
  if (scenario === undefined) {
    void vscode.window.showInformationMessage(
      'Open a scenario (*.kho.json), or a driver that one of them names, and simulate it.',
    );
    return undefined;
  }
  // What runs is what is on disk.
  await vscode.workspace.saveAll(false);
  const output = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `${doing} ${vscode.workspace.asRelativePath(scenario)}`,
      cancellable: true,
    },
    async (_progress, token) => {
      const settings = nativeArguments(scenario);
      const command = ['simulate', scenario.fsPath, ...options, '--json', ...settings];
      const done = await runKho(tools, command, token);
      return token.isCancellationRequested ? undefined : done;
    },
  );
  if (output === undefined) return undefined;
  if (output.stdout.length === 0) {
    const why = output.stderr.trim().split('\n')[0] ?? '';
    void vscode.window.showErrorMessage(`The handover could not be simulated: ${why}`);
    return undefined;
  }
  return { scenario, output: JSON.parse(output.stdout.toString()) };
}

/** Findings as diagnostics, and the summary beside them. */
export async function showResult(
  tools: Tools,
  scenario: vscode.Uri,
  result: JsonRunResult,
): Promise<void> {
  tools.findings.show(scenario, result.findings);
  await tools.summaries.show(scenario, result.summaryMarkdown);
}
