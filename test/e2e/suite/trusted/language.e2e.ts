// What an author of KHO trees sees while typing.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';
import { exampleUri, writeFile } from '../../support/workspace.ts';

const BROKEN = `ftrace {
	compatible = "ftrace-v1";
	events = <1 1 2>;

	global-trace {
		compatible = "ftrace,array-v1";
		trace-flags = <0x3354601>
	};
};
`;

/** Diagnostics of a file as `line rule`, lines from 1. */
function found(uri: vscode.Uri): string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .map(({ range, code }) => `${range.start.line + 1} ${ruleOf(code)}`)
    .sort();
}

function ruleOf(code: vscode.Diagnostic['code']): string {
  return String(typeof code === 'object' ? code.value : code);
}

async function hoverText(uri: vscode.Uri, word: string): Promise<string> {
  const document = await vscode.workspace.openTextDocument(uri);
  const position = document.positionAt(document.getText().indexOf(word) + 1);
  return until(`a hover on ${word}`, async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      position,
    );
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((each) => (typeof each === 'string' ? each : each.value)),
    );
    return texts.length > 0 && texts.join('\n');
  });
}

describe('KHO FDT source', () => {
  it('activates the extension', async () => {
    await vscode.window.showTextDocument(exampleUri('ftrace.kho.dts'));
    const extension = vscode.extensions.getExtension('kho-workbench.kho-workbench');
    await until('activation', () => extension?.isActive === true);
  });

  it('has the seed example without diagnostics, in a language of its own', async () => {
    const uri = exampleUri('ftrace.kho.dts');
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.languageId, 'kho-fdt');
    // A broken file beside it shows when the server has looked.
    const other = await writeFile('broken.kho', BROKEN);
    await vscode.workspace.openTextDocument(other);
    await until('diagnostics', () => found(other).length > 0);
    assert.deepEqual(found(uri), []);
  });

  it('reports every error of a broken file at its place', async () => {
    const uri = await writeFile('broken.kho', BROKEN);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await until('both errors', () => found(uri).length >= 2);
    assert.deepEqual(found(uri), ['3 property-type', '7 syntax-error']);
    await screenshot('broken file');
  });

  it('reports no more once the error is mended', async () => {
    const uri = await writeFile('mended.kho', BROKEN);
    const document = await vscode.workspace.openTextDocument(uri);
    await until('both errors', () => found(uri).length >= 2);
    const edit = new vscode.WorkspaceEdit();
    const everything = new vscode.Range(0, 0, document.lineCount, 0);
    const mended = BROKEN.replace('<1 1 2>', '<1 1>').replace('601>', '601>;');
    edit.replace(uri, everything, mended);
    await vscode.workspace.applyEdit(edit);
    await until('no diagnostics', () => found(uri).length === 0);
  });

  it('shows the binding of a compatible and the ranges of mem', async () => {
    const uri = exampleUri('ftrace.kho.dts');
    assert.match(await hoverText(uri, '"ftrace,cpu-v1"'), /Ring buffer of one CPU/);
    const mem = await hoverText(uri, 'mem =');
    assert.match(mem, /buffer_page/);
    assert.match(await hoverText(uri, '0x101002000'), /0x101002000/);
  });

  it('checks bindings, and sources by them, as they are typed', async () => {
    const binding = await writeFile(
      'mine.kho.yaml',
      '$id: mine-v1\ntitle: Mine\nkho-releases: [seed]\nproperties:\n  compatible:\n    const: mine-v1\n  size:\n    $ref: /schemas/types.yaml#/definitions/uint64\nadditionalProperties: false\n',
    );
    const source = await writeFile('mine.kho', 'mine { compatible = "mine-v1"; sise = <1>; };\n');
    await vscode.workspace.openTextDocument(source);
    await vscode.workspace.openTextDocument(binding);
    await until('the binding to matter', () => found(source).includes('1 unknown-property'));
    await writeFile('mine.kho.yaml', '$id: mine-v1\ntitle: Mine\n');
    await until('an issue of the binding', () => found(binding).includes('1 binding-schema'));
  });
});
