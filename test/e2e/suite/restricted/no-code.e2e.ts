// Nothing of a workspace that the user has not trusted is run; the rest works.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../../support/until.ts';
import { exampleUri, writeFile } from '../../support/workspace.ts';

describe('restricted mode', () => {
  it('checks sources', async () => {
    const uri = await writeFile('broken.kho', 'ftrace { compatible = "ftrace-v1" };\n');
    await vscode.window.showTextDocument(uri);
    await until('diagnostics', () => vscode.languages.getDiagnostics(uri).length > 0);
  });

  it('refuses to simulate', async () => {
    const uri = exampleUri('ftrace.kho.json');
    for (const command of ['kho.simulate', 'kho.simulateFaults'])
      assert.equal(await vscode.commands.executeCommand(command, uri), undefined);
  });

  it('refuses to debug', async () => {
    const uri = exampleUri('ftrace.kho.json');
    assert.equal(await vscode.commands.executeCommand('kho.debug', uri), false);
  });

  it('has no lenses that run code', async () => {
    const uri = exampleUri('ftrace.kho.json');
    await vscode.window.showTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri,
      10,
    );
    const names = lenses.map(({ command }) => command?.command ?? '');
    assert.deepEqual(
      names.filter((name) => name.startsWith('kho.')),
      [],
    );
  });
});
