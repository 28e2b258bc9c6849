// A run as a document: its events lead to the driver, and each has its state.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Explored } from '../../../../client/explore.ts';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';
import { exampleUri, writeFile } from '../../support/workspace.ts';

/** Puts the cursor on the first line of the trace with a text, and says its number. */
function goTo(editor: vscode.TextEditor, text: string): number {
  const lines = editor.document.getText().split('\n');
  const index = lines.findIndex((line) => line.includes(text));
  assert.ok(index >= 0, text);
  editor.selection = new vscode.Selection(index, 0, index, 0);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenter);
  return Number.parseInt(lines[index] ?? '', 10);
}

function stateText(): string {
  const state = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'kho-state');
  return state?.getText() ?? '';
}

describe('the trace of a handover', () => {
  it('has its events, which lead to the driver, and the state at each', async () => {
    const command = 'kho.showTrace';
    const uri = exampleUri('ftrace.kho.json');
    const trace = await vscode.commands.executeCommand<vscode.TextDocument>(command, uri);
    assert.equal(trace.languageId, 'kho-trace');
    const editor = await until('the trace', () =>
      vscode.window.visibleTextEditors.find(({ document }) => document === trace),
    );
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      trace.uri,
    );
    assert.ok(links.length > 10);
    assert.match(links[0]?.target?.toString() ?? '', /ftrace\.ts#L\d+%2C\d+$/);
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      trace.uri,
    );
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['kernel 1', 'kernel 2'],
    );
    const event = goTo(editor, 'fdt_property ');
    const state = await vscode.commands.executeCommand<string>('kho.showState');
    assert.match(state, new RegExp(`^At event ${event}:\n${event} k1 serialize`));
    await until('the state', () => stateText() === state);
    await screenshot('trace');
    // Where the cursor goes, the state goes.
    const later = goTo(editor, 'k2 run');
    await until('the later state', () => stateText().startsWith(`At event ${later}:`));
    assert.match(stateText(), /── Kernel 1: .*, gone\n[\s\S]*── Kernel 2: .*, KHO boot, running/);
  });

  it('says so where the driver has changed since', async () => {
    const text = (size: string): string =>
      `export function init(k) {\n  k.kzalloc(${size}, 'GFP_KERNEL');\n  return 0;\n}\n`;
    await writeFile('changing.ts', text('8'));
    const kernel = { release: '7.3', cmdline: 'kho=on', drivers: ['changing.ts'] };
    const scenario = { title: 'A driver that changes', kernels: [kernel] };
    const uri = await writeFile('changing.kho.json', JSON.stringify(scenario));
    const command = 'kho.showTrace';
    const trace = await vscode.commands.executeCommand<vscode.TextDocument>(command, uri);
    const editor = await vscode.window.showTextDocument(trace);
    await writeFile('changing.ts', text('64'));
    goTo(editor, 'kzalloc');
    const state = await vscode.commands.executeCommand<string>('kho.showState');
    assert.match(state, /have changed since the trace was made: show the trace again/);
  });
});

describe('exploring a handover', () => {
  it('opens the smallest scenario that fails', async () => {
    const driver = await writeFile(
      'unlucky.ts',
      `export function init(k) {
  const folio = k.folioAlloc('GFP_KERNEL', 0);
  if (folio === 0n) return -12;
  const error = k.khoPreserveFolio(folio);
  if (error !== 0) return error;
  return 0;
}
`,
    );
    const kernel = { release: '7.3', cmdline: 'kho=on', drivers: ['unlucky.ts'], steps: [] };
    const scenario = { title: 'A driver that does not unwind', kernels: [kernel] };
    const uri = await writeFile('unlucky.kho.json', JSON.stringify(scenario));
    const explored = await vscode.commands.executeCommand<Explored>('kho.explore', uri);
    assert.ok(explored.shrunk !== undefined, JSON.stringify(explored.report));
    assert.match(explored.report.summaryMarkdown, /Seed \d+ fails/);
    const shrunk = await vscode.workspace.openTextDocument(explored.shrunk);
    assert.ok(shrunk.isUntitled);
    assert.match(shrunk.uri.path, /\/unlucky\.seed-\d+\.kho\.json$/);
    assert.deepEqual(JSON.parse(shrunk.getText()).kernels[0].drivers, ['unlucky.ts']);
    const [diagnostic] = await until('what is left', () => {
      const all = vscode.languages.getDiagnostics(driver);
      return all.some(({ code }) => code === 'left-allocated') && all;
    });
    assert.equal(diagnostic?.range.start.line, 1);
    await screenshot('explored');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
