import * as vscode from 'vscode';
import type { JsonRunResult } from '../simulator/index.ts';
import { runKho } from './kho-process.ts';
import { nativeArguments } from './native-settings.ts';
import type { Tools } from './tools.ts';
import { mayRunCode } from './trust.ts';

/** What the command returns to whoever calls it, such as a test or a key binding. */
export interface Simulated {
  readonly scenario: vscode.Uri;
  readonly result: JsonRunResult;
}

export function registerSimulate(tools: Tools): void {
  const command = vscode.commands.registerCommand('kho.simulate', (uri?: vscode.Uri) =>
    simulate(tools, uri),
  );
  tools.context.subscriptions.push(command);
}

async function simulate(tools: Tools, uri?: vscode.Uri): Promise<Simulated | undefined> {
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
      title: `Simulating ${vscode.workspace.asRelativePath(scenario)}`,
      cancellable: true,
    },
    async (_progress, token) => {
      const command = ['simulate', scenario.fsPath, '--json', ...nativeArguments(scenario)];
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
  const result = JSON.parse(output.stdout.toString()) as JsonRunResult;
  await showResult(tools, scenario, result);
  return { scenario, result };
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
