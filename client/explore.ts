import * as vscode from 'vscode';
import type { Finding } from '../simulator/index.ts';
import { runSimulation } from './simulate.ts';
import type { Tools } from './tools.ts';

/** What the command returns to whoever calls it. */
export interface Explored {
  readonly scenario: vscode.Uri;
  readonly report: ExploreOutput;
  /** The smallest scenario that fails, not saved yet; absent if no seed fails. */
  readonly shrunk?: vscode.Uri;
}

/** What `kho simulate --explore --json` prints, as far as it is used here. */
interface ExploreOutput {
  readonly seeds: number;
  readonly failure?: {
    readonly seed: number;
    readonly shrunkFailure: { readonly findings: readonly Finding[] };
  };
  readonly scenario?: unknown;
  readonly summaryMarkdown: string;
}

export function registerExplore(tools: Tools): void {
  tools.context.subscriptions.push(
    vscode.commands.registerCommand('kho.explore', (uri?: vscode.Uri) => explore(tools, uri)),
  );
}

async function explore(tools: Tools, uri?: vscode.Uri): Promise<Explored | undefined> {
  const seeds = vscode.workspace.getConfiguration('kho.explore', uri).get<number>('seeds', 100);
  const done = await runSimulation(tools, uri, 'Exploring', ['--explore', String(seeds)]);
  if (done === undefined) return undefined;
  const { scenario } = done;
  const report = done.output as ExploreOutput;
  const { failure } = report;
  tools.findings.show(scenario, failure?.shrunkFailure.findings ?? []);
  await tools.summaries.show(scenario, report.summaryMarkdown);
  if (failure === undefined) return { scenario, report };
  const shrunk = await openShrunk(scenario, failure.seed, report.scenario);
  return { scenario, report, shrunk };
}

/** The scenario as a document that would be saved beside the one it was found with. */
async function openShrunk(
  scenario: vscode.Uri,
  seed: number,
  content: unknown,
): Promise<vscode.Uri> {
  const path = scenario.path.replace(/\.kho\.json$/, `.seed-${seed}.kho.json`);
  const document = await vscode.workspace.openTextDocument(
    scenario.with({ scheme: 'untitled', path }),
  );
  const edit = new vscode.WorkspaceEdit();
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  edit.replace(document.uri, whole, `${JSON.stringify(content, null, 2)}\n`);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document, { preview: false });
  return document.uri;
}
