// A selection becomes a snippet of the workspace.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../../support/until.ts';
import { exampleUri } from '../../support/workspace.ts';

describe('a selection', () => {
  const file = vscode.Uri.joinPath(exampleUri('.vscode'), 'kho.code-snippets');

  after(() => vscode.workspace.fs.delete(file));

  it('is saved as a snippet with placeholders', async () => {
    const editor = await vscode.window.showTextDocument(exampleUri('ftrace.kho.dts'));
    const { document } = editor;
    const start = document.positionAt(document.getText().indexOf('cpu0'));
    editor.selection = new vscode.Selection(start, start.translate(4));
    void vscode.commands.executeCommand('kho.saveSnippet');
    const saved = await until('the snippet', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    });
    const [snippet] = Object.values(JSON.parse(saved) as Record<string, { body: string[] }>);
    const body = snippet?.body.join('\n') ?? '';
    assert.match(body, /^cpu0 \{\n\s*compatible = "\$\{1:ftrace,cpu-v1\}";/);
  });
});
