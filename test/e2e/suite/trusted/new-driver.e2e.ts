// A driver to begin with, from the palette to a handover without findings.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as vscode from 'vscode';
import type { Simulated } from '../../../../client/simulate.ts';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';
import { exampleUri } from '../../support/workspace.ts';

describe('a new driver', () => {
  const parent = vscode.Uri.joinPath(exampleUri('ftrace.ts'), '..');
  const folder = vscode.Uri.joinPath(parent, 'my-driver');

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(folder, { recursive: true });
  });

  async function handsOver(): Promise<void> {
    const scenario = vscode.Uri.joinPath(folder, 'my-driver.kho.json');
    const simulated = await vscode.commands.executeCommand<Simulated>('kho.simulate', scenario);
    assert.equal(simulated.result.outcome, 'completed');
    assert.deepEqual(simulated.result.findings, []);
  }

  it('is written, opened and hands over as it is', async () => {
    const made = vscode.commands.executeCommand('kho.newDriver', parent);
    // The name and the kind that are proposed are taken, once the questions are there.
    await until('the driver', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      const { activeTextEditor } = vscode.window;
      return activeTextEditor?.document.uri.path.endsWith('/my-driver/my-driver.ts');
    });
    await made;
    await handsOver();
    const source = vscode.Uri.joinPath(folder, 'my-driver.kho.dts');
    await vscode.window.showTextDocument(source);
    const diagnostics = await until('the binding', () => {
      const found = vscode.languages.getDiagnostics(source);
      return found.length === 0 ? [found] : undefined;
    });
    assert.deepEqual(diagnostics, [[]]);
  });

  it('is written in C, and hands over as it is', async function () {
    if (spawnSync('gcc', ['--version']).status !== 0) this.skip();
    const answers = { name: 'my-driver', language: 'C' };
    await vscode.commands.executeCommand('kho.newDriver', parent, answers);
    assert.match(vscode.window.activeTextEditor?.document.uri.path ?? '', /\/my-driver\.c$/);
    await screenshot('a new driver in C');
    await handsOver();
  });
});
