// From a source to its blob and back, by the lenses above it; and a snippet out of a blob.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';
import { exampleUri, writeFile } from '../../support/workspace.ts';

const SOURCE = `/dts-v1/;
/ {
	compatible = "blob-v1";
	start: state {
		address = /bits/ 64 <(0x1000 * 4)>;
		raw = [de ad be ef];
	};
};
`;

async function lensesOf(uri: vscode.Uri): Promise<vscode.CodeLens[]> {
  return vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    100,
  );
}

describe('a blob', () => {
  const snippets = vscode.Uri.joinPath(exampleUri('.vscode'), 'kho.code-snippets');

  after(() => vscode.workspace.fs.delete(snippets));

  it('is compiled and opened by the lenses above its source', async () => {
    const uri = await writeFile('blob.kho', SOURCE);
    await vscode.window.showTextDocument(uri);
    const lenses = await until('lenses', async () => {
      const found = await lensesOf(uri);
      return found.length >= 3 && found;
    });
    const titles = lenses.map(({ command }) => command?.title);
    assert.deepEqual(titles.slice(0, 2), ['Compile', 'Open as Blob']);
    assert.match(titles[2] ?? '', /^\d+ bytes$/);
    await screenshot('lenses of a source');
    const open = lenses[1]?.command;
    assert.ok(open !== undefined);
    await vscode.commands.executeCommand(open.command, ...(open.arguments ?? []));
    const document = await until('the blob as source', () => {
      const { document } = vscode.window.activeTextEditor ?? {};
      return document?.isUntitled === true && document;
    });
    assert.equal(document.languageId, 'kho-fdt');
    assert.match(document.getText(), /raw = /);
    assert.doesNotMatch(document.getText(), /start:/);
  });

  it('gives a snippet with placeholders for its values', async () => {
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor?.document.isUntitled);
    const text = editor.document.getText();
    const start = editor.document.positionAt(text.indexOf('state {'));
    const end = editor.document.positionAt(text.indexOf('};', text.indexOf('raw')) + 2);
    editor.selection = new vscode.Selection(start, end);
    void vscode.commands.executeCommand('kho.saveSnippet');
    const saved = await until('the snippet', async () => {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(snippets));
    });
    const [snippet] = Object.values(
      JSON.parse(saved) as Record<string, { body: string[]; prefix: string }>,
    );
    assert.equal(snippet?.prefix, 'kho-state');
    const body = snippet.body.join('\n');
    assert.match(body, /^state \{\n\taddress = .*\$\{1:/);
    assert.match(body, /raw = .*\$\{\d:/);
    assert.doesNotMatch(body, /de ad be ef(?!\})/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('has no lenses where they are switched off', async () => {
    const uri = exampleUri('blob.kho');
    const settings = vscode.workspace.getConfiguration('kho');
    await settings.update('codeLens', false, vscode.ConfigurationTarget.Workspace);
    try {
      await until('no lenses', async () => (await lensesOf(uri)).length === 0);
    } finally {
      await settings.update('codeLens', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
