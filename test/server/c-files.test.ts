// C files in a real server: what an editor is told of them, and that others are left alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  Hover,
  SignatureHelp,
} from 'vscode-languageserver/node';
import type { Position } from '../../fdt/index.ts';
import { positionAt } from '../../fdt/index.ts';
import { type TestClient, withClient } from './test-client.ts';

const DRIVER = `#include <linux/kexec_handover.h>

static int save(void)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));

	if (!ser)
		return -ENOMEM;
	return 0;
}
`;
const CLEAN = DRIVER.replace('!ser', 'IS_ERR(ser)').replace('-ENOMEM', 'PTR_ERR(ser)');

function at(text: string, word: string): Position {
  return positionAt({ path: '', text }, text.indexOf(word) + 1);
}

function ask<T>(
  { connection, uri }: TestClient,
  method: string,
  position: Position,
  more: object = {},
): Promise<T> {
  const textDocument = { uri: uri('driver.c') };
  return connection.sendRequest(`textDocument/${method}`, { textDocument, position, ...more });
}

test('a mistake is told, with its place and page, and gone when it is gone', () =>
  withClient({ rulePages: 'https://example.org/' }, async (client) => {
    await client.open('driver.c', DRIVER, 'c');
    const [found, ...others] = await client.diagnostics('driver.c');
    assert.equal(found?.code, 'error-pointer');
    assert.equal(found?.source, 'kho');
    assert.deepEqual(found?.range, {
      start: { line: 6, character: 5 },
      end: { line: 6, character: 9 },
    });
    assert.equal(found?.codeDescription?.href, 'https://example.org/error-pointer.md');
    assert.deepEqual(others, []);
    await client.edit('driver.c', 'IS_ERR(ser)', found?.range);
    assert.deepEqual(await client.diagnostics('driver.c'), []);
  }));

test('an unchanged report is said to be so', () =>
  withClient({}, async (client) => {
    await client.open('driver.c', DRIVER, 'c');
    const first = await client.pull('driver.c');
    assert.ok(first.kind === 'full' && first.resultId !== undefined);
    const again = await client.pull('driver.c', first.resultId);
    assert.equal(again.kind, 'unchanged');
  }));

test('a client that does not ask is told', () =>
  withClient({ mode: 'push' }, async (client) => {
    await client.open('driver.c', DRIVER, 'c');
    const told = await client.published('driver.c');
    assert.deepEqual(
      told.diagnostics.map(({ code }) => code),
      ['error-pointer'],
    );
    assert.equal(told.version, 1);
    await client.edit('driver.c', CLEAN);
    assert.deepEqual((await client.published('driver.c')).diagnostics, []);
    await client.edit('driver.c', DRIVER);
    assert.equal((await client.published('driver.c')).diagnostics.length, 1);
    await client.close('driver.c');
    assert.deepEqual((await client.published('driver.c')).diagnostics, []);
  }));

test('the repair is offered, and done with all others', () =>
  withClient({}, async (client) => {
    await client.open('driver.c', DRIVER, 'c');
    const { line, character } = at(DRIVER, '!ser');
    const range = { start: { line, character }, end: { line, character } };
    const actions = await ask<CodeAction[]>(client, 'codeAction', range.start, {
      range,
      context: { diagnostics: [] },
    });
    const edits = actions.map(({ title, edit }) => [
      title,
      edit?.changes?.[client.uri('driver.c')]?.map(({ newText }) => newText),
    ]);
    assert.deepEqual(edits, [
      ['Check with IS_ERR()', ['IS_ERR(ser)']],
      ['Fix the KHO problem', ['IS_ERR(ser)']],
    ]);
  }));

test('the release of the settings decides', () =>
  withClient({ settings: { release: '6.18' } }, async (client) => {
    await client.open('driver.c', CLEAN, 'c');
    assert.deepEqual(
      (await client.diagnostics('driver.c')).map(({ message }) => String(message).split('\n')[0]),
      ['kho_alloc_preserve() is not in Linux 6.18'],
    );
    await client.configure({ release: '7.3' });
    await assert.doesNotReject(async () => {
      while ((await client.diagnostics('driver.c')).length > 0);
    });
  }));

test('a call is explained', () =>
  withClient({}, async (client) => {
    await client.open('driver.c', DRIVER, 'c');
    const hover = await client.hover('driver.c', at(DRIVER, 'kho_alloc_preserve'));
    assert.ok(hover !== null);
    const { value } = hover.contents as { value: string };
    for (const part of [
      'void *kho_alloc_preserve(size_t size)',
      '`-EINVAL`, `-E2BIG`, `-ENOMEM`',
      'Undone by `kho_unpreserve_free()`',
      'since 6.19',
      'kernel/liveupdate/kexec_handover.c',
    ])
      assert.ok(value.includes(part), `${part} in\n${value}`);
    assert.equal(await client.hover('driver.c', at(DRIVER, 'return')), null);
  }));

test('names go on as they are typed', () =>
  withClient({}, async (client) => {
    const { text, offsetOf } = marked(CLEAN.replace('return 0', 'kho_unpreserve_§; return 0'));
    await client.open('driver.c', text, 'c');
    const list = await ask<CompletionList>(client, 'completion', offsetOf);
    const items = labelled(list);
    assert.deepEqual(items, [
      'kho_unpreserve_folio',
      'kho_unpreserve_pages',
      'kho_unpreserve_vmalloc',
      'kho_unpreserve_free',
    ]);
  }));

test('callbacks of a handler are offered, required ones first', () =>
  withClient({}, async (client) => {
    const { text, offsetOf } = marked(
      `${CLEAN}static const struct liveupdate_file_ops ops = {\n\t.preserve = save,\n\t.§\n};\n`,
    );
    await client.open('driver.c', text, 'c');
    const list = await ask<CompletionList>(client, 'completion', offsetOf);
    const sorted = itemsOf(list).toSorted((a, b) =>
      (a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1,
    );
    assert.deepEqual(
      sorted.slice(0, 5).map(({ label }) => label),
      ['can_preserve', 'preserve', 'unpreserve', 'retrieve', 'finish'],
    );
  }));

test('the argument that is typed is told', () =>
  withClient({}, async (client) => {
    const { text, offsetOf } = marked(
      CLEAN.replace('return 0', 'return kho_add_subtree("a", ser, §'),
    );
    await client.open('driver.c', text, 'c');
    const help = await ask<SignatureHelp>(client, 'signatureHelp', offsetOf);
    assert.equal(help.activeParameter, 2);
    assert.deepEqual(
      help.signatures[0]?.parameters?.map(({ label }) => label),
      ['const char *name', 'void *blob', 'size_t size'],
    );
  }));

test('nothing is said of C that has nothing to do with KHO', () =>
  withClient({}, async (client) => {
    const text = '#include <linux/libfdt.h>\nint f(void *fdt)\n{\n\tfdt_pack(fdt);\n\tfdt_\n}\n';
    await client.open('driver.c', text, 'c');
    assert.deepEqual(await client.diagnostics('driver.c'), []);
    assert.equal(await client.hover('driver.c', at(text, 'fdt_pack')), null);
    const list = await ask<CompletionList>(client, 'completion', { line: 4, character: 5 });
    assert.deepEqual(labelled(list), []);
    const symbols = await ask<unknown>(client, 'documentSymbol', { line: 0, character: 0 });
    assert.equal(symbols, null);
  }));

test('half a file is no reason to fall silent for ever', () =>
  withClient({}, async (client) => {
    await client.open('driver.c', '', 'c');
    for (let end = 0; end <= DRIVER.length; end += 7) {
      await client.edit('driver.c', DRIVER.slice(0, end));
      await client.diagnostics('driver.c');
      await ask<Hover>(client, 'hover', positionAt({ path: '', text: DRIVER }, end));
      await ask<unknown>(client, 'completion', positionAt({ path: '', text: DRIVER }, end));
      await ask<unknown>(client, 'signatureHelp', positionAt({ path: '', text: DRIVER }, end));
    }
    await client.edit('driver.c', DRIVER);
    assert.equal((await client.diagnostics('driver.c')).length, 1);
  }));

function marked(text: string): { text: string; offsetOf: Position } {
  const at = text.indexOf('§');
  const clean = text.replace('§', '');
  return { text: clean, offsetOf: positionAt({ path: '', text: clean }, at) };
}

function itemsOf(list: CompletionList | CompletionItem[]): readonly CompletionItem[] {
  return Array.isArray(list) ? list : list.items;
}

function labelled(list: CompletionList | CompletionItem[]): string[] {
  return itemsOf(list).map(({ label }) => label);
}
