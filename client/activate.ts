// The wiring: what starts with the extension, and what ends with it.
import * as vscode from 'vscode';
import { registerBlobCommands } from './blob-commands.ts';
import { registerCodeLenses } from './code-lens.ts';
import { registerDebugger } from './debug.ts';
import { registerExplore } from './explore.ts';
import { createFindings } from './findings.ts';
import { registerGenerateC } from './generate-c.ts';
import { startLanguageClient } from './language-client.ts';
import { registerNewDriver } from './new-driver.ts';
import { registerSaveSnippet } from './save-snippet.ts';
import { createScenarios } from './scenarios.ts';
import { registerSimulate } from './simulate.ts';
import { createSummaries } from './summaries.ts';
import { registerTrace } from './trace.ts';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  try {
    const log = vscode.window.createOutputChannel('KHO', { log: true });
    const findings = createFindings();
    const summaries = createSummaries();
    const scenarios = createScenarios();
    const tools = { context, log, findings, summaries, scenarios };
    context.subscriptions.push(log, findings, summaries, scenarios);
    registerSimulate(tools);
    registerExplore(tools);
    registerTrace(tools);
    registerDebugger(tools);
    registerCodeLenses(tools);
    registerBlobCommands(tools);
    registerNewDriver(tools);
    registerSaveSnippet(tools);
    registerGenerateC(tools);
    context.subscriptions.push(await startLanguageClient(tools));
  } catch (error) {
    // The editor shows nothing by itself when an extension fails to start.
    void vscode.window.showErrorMessage(`KHO Workbench could not start: ${String(error)}`);
    throw error;
  }
}
