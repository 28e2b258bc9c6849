// What an author of a driver in C sees.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';
import { writeFile } from '../../support/workspace.ts';

const DRIVER = `#include <linux/err.h>
#include <linux/kexec_handover.h>

struct demo_ser {
	u64 pos;
	u64 size;
};

static int demo_save(struct folio *folio)
{
	struct demo_ser *ser;
	int err;

	err = kho_preserve_folio(folio);
	if (err)
		return err;

	ser = kho_alloc_preserve(sizeof(*ser));
	if (!ser)
		goto err_unpreserve;
	ser->pos = (u64)folio;

	err = kho_add_subtree("demo", ser, sizeof(*ser));
	if (err)
		goto err_unpreserve;
	return 0;

err_unpreserve:
	kho_unpreserve_folio(folio);
	return err;
}
`;

describe('C that uses KHO', () => {
  it('has its mistakes marked and its calls explained', async () => {
    const uri = await writeFile('driver.c', DRIVER);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const found = await until('diagnostics', () => {
      const all = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'kho');
      return all.length > 0 && all;
    });
    const rules = found.map(({ code, range }) => {
      const rule = typeof code === 'object' ? code.value : code;
      return `${range.start.line + 1} ${rule}`;
    });
    assert.deepEqual(rules.sort(), [
      '18 success-after-failure',
      '19 error-pointer',
      '21 virtual-address',
      '25 missing-unwind',
    ]);
    const position = document.positionAt(DRIVER.indexOf('kho_alloc_preserve') + 1);
    const text = await until('a hover', async () => {
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
    assert.match(text, /void \*kho_alloc_preserve\(size_t size\)/);
    assert.match(text, /kho_unpreserve_free/);
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor !== undefined);
    editor.selection = new vscode.Selection(position, position);
    await vscode.commands.executeCommand('editor.action.showHover');
    await screenshot('c-file');
  });
});
