import type * as vscode from 'vscode';
import type { Findings } from './findings.ts';
import type { Scenarios } from './scenarios.ts';
import type { Summaries } from './summaries.ts';

/** What the parts of the extension share. */
export interface Tools {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly findings: Findings;
  readonly summaries: Summaries;
  readonly scenarios: Scenarios;
}

/** Path of a file of the extension. */
export function extensionPath(tools: Pick<Tools, 'context'>, ...parts: readonly string[]): string {
  return [tools.context.extensionPath, ...parts].join('/');
}
