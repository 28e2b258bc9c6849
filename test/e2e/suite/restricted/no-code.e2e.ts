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
    for (const command of ['kho.simulate', 'kho.simulateFaults', 'kho.explore', 'kho.showTrace'])
      assert.equal(await vscode.commands.executeCommand(command, uri), undefined);
  });

  it('refuses to debug', async () => {
    const uri = exampleUri('ftrace.kho.json');
    assert.equal(await vscode.commands.executeCommand('kho.debug', uri), false);
  });

  it('has no lenses that run code', async () => {
    assert.deepEqual(await lensesOf(exampleUri('ftrace.kho.json')), []);
  });

  it('compiles, runs and debugs no C', async () => {
    const driver = await writeFile('d.c', DRIVER);
    const scenario = await writeFile('d.kho.json', JSON.stringify(SCENARIO));
    try {
      assert.deepEqual(await lensesOf(driver), []);
      for (const command of ['kho.simulate', 'kho.simulateFaults', 'kho.explore', 'kho.showTrace'])
        assert.equal(await vscode.commands.executeCommand(command, scenario), undefined);
      for (const uri of [scenario, driver])
        assert.equal(await vscode.commands.executeCommand('kho.debug', uri), false);
      assert.deepEqual(
        vscode.languages.getDiagnostics(driver).map(({ message }) => message),
        [],
      );
    } finally {
      for (const uri of [driver, scenario]) await vscode.workspace.fs.delete(uri);
    }
  });
});

/** An error of the compiler would be a diagnostic of it. */
const DRIVER = `#include <linux/module.h>
static int __init d_init(void)
{
	return undeclared;
}
module_init(d_init);
`;

const SCENARIO = { title: 'C', kernels: [{ release: '7.3', drivers: ['d.c'], steps: [] }] };

/** Lenses with which something of the workspace would be run. */
async function lensesOf(uri: vscode.Uri): Promise<string[]> {
  await vscode.window.showTextDocument(uri);
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    10,
  );
  const names = lenses.map(({ command }) => command?.command ?? '');
  return names.filter((name) => name.startsWith('kho.'));
}
