import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeLens } from 'vscode-languageserver/node';
import { writeFdt } from '../../fdt/index.ts';
import { codeLensesOf } from '../../server/code-lenses.ts';
import { checkTexts, type Texts } from './marked-source.ts';
import { withClient } from './test-client.ts';

const COMMANDS = new Set(['kho.compile', 'kho.openAsBlob']);

function lensesOf(texts: Texts, file = 'a.kho', commands: ReadonlySet<string> = COMMANDS) {
  const checked = checkTexts(texts);
  const isInFile = ({ source }: { source: { path: string } }): boolean => source.path === file;
  const lenses = codeLensesOf(checked, isInFile, { uri: `file:///${file}`, commands });
  const bytes = writeFdt(checked.tree).length;
  return lenses.map(({ range, command }) => {
    const { line, character } = range.start;
    return `${line}:${character} ${command?.title.replace(String(bytes), 'N')}`;
  });
}

const ALL = ['Compile', 'Open as Blob', 'N bytes'];

test('above the first node stands what can be done, and how large the blob is', () => {
  const text = '/dts-v1/;\n\n/ { a { b = <1>; }; };\n/ { };\n';
  assert.deepEqual(
    lensesOf({ 'a.kho': text }),
    ALL.map((title) => `2:0 ${title}`),
  );
  assert.deepEqual(
    lensesOf({ 'a.kho': ' l: a { };\nb { };\n' }),
    ALL.map((title) => `0:4 ${title}`),
  );
});

test('there is no size of what is broken, and nothing above what has no node', () => {
  assert.deepEqual(lensesOf({ 'a.kho': 'a { b = <&none>; };' }), [
    '0:0 Compile',
    '0:0 Open as Blob',
  ]);
  assert.deepEqual(lensesOf({ 'a.kho': '/dts-v1/;\n' }), []);
});

test('a file that is included has no blob, and a client without commands no lenses', () => {
  const texts = { 'a.kho': '/include/ "b.dtsi"\na { };\n', 'b.dtsi': 'b { };\n' };
  assert.deepEqual(lensesOf(texts, 'b.dtsi'), []);
  assert.equal(lensesOf(texts).length, 3);
  assert.deepEqual(lensesOf(texts, 'a.kho', new Set()), []);
});

test('the server has lenses for a client with commands, unless they are switched off', () =>
  withClient({ commands: [...COMMANDS] }, async (client) => {
    await client.open('a.kho', 'a { };\n');
    const textDocument = { uri: client.uri('a.kho') };
    const ask = (): Promise<CodeLens[] | null> =>
      client.connection.sendRequest('textDocument/codeLens', { textDocument });
    const lenses = (await ask()) ?? [];
    assert.deepEqual(lenses[0]?.command, {
      title: 'Compile',
      command: 'kho.compile',
      arguments: [textDocument.uri],
    });
    await client.configure({ codeLens: false });
    // Settings are read when they are announced; the next answer may still be of before.
    let answer = await ask();
    for (let i = 0; i < 100 && answer !== null; i++) answer = await ask();
    assert.equal(answer, null);
  }));
