import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SelectionRange } from 'vscode-languageserver/node';
import { offsetAt } from '../../fdt/index.ts';
import { checkSource } from '../../kho/index.ts';
import { foldingRangesOf } from '../../server/folding.ts';
import { selectionRangesAt } from '../../server/selection.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { parseMarks } from '../support/marks.ts';
import { checkTexts, type Texts } from './marked-source.ts';
import { withClient } from './test-client.ts';

const TEXT = `/*
 * Two lines.
 */
/dts-v1/;
/ {
	// one
	// two
	a {
		mem = <0x1$0000
			2>;
	};
};
`;

function checked(fixture: string): {
  source: { path: string; text: string };
  tree: ReturnType<typeof checkSource>;
  cursor: number;
} {
  const { text, cursor = 0 } = parseMarks(fixture);
  const source = { path: 'a.kho', text };
  return { source, tree: checkSource(source, { bindings: SHIPPED }), cursor };
}

test('nodes, long values and comments fold', () => {
  const { source, tree } = checked(TEXT);
  const folds = foldingRangesOf(tree, source, () => true).map(
    ({ startLine, endLine, kind }) =>
      `${startLine}-${endLine}${kind === undefined ? '' : ` ${kind}`}`,
  );
  assert.deepEqual(folds.sort(), ['0-2 comment', '4-10', '5-6 comment', '7-9', '8-9']);
});

function foldsIn(texts: Texts, path = 'a.kho'): string[] {
  const tree = checkTexts(texts);
  const source = tree.document.sources.find((each) => each.path === path);
  assert.ok(source !== undefined);
  return foldingRangesOf(tree, source, (span) => span.source === source).map(
    ({ startLine, endLine, kind = '' }) => `${startLine}-${endLine} ${kind}`.trim(),
  );
}

const FOLDS: readonly [string, Texts, string[]][] = [
  ['regions', { 'a.kho': '// #region x\na { };\n// #endregion\n' }, ['0-2 region']],
  [
    'includes that follow each other',
    { 'a.kho': '/include/ "b"\n/include/ "b"\n\n/include/ "b"\n', b: '' },
    ['0-1 imports'],
  ],
  ['no comment in a string', { 'a.kho': 'a { s = "\n// 1\n// 2\n"; };' }, ['0-2', '0-3']],
  ['no string in a character', { 'a.kho': "a { s = <'\"'>; };\n// 1\n// 2" }, ['1-2 comment']],
  [
    'comments behind items are by themselves',
    { 'a.kho': 'a { }; // 1\n// 2\n// 3' },
    ['1-2 comment'],
  ],
  ['an open node to its last line', { 'a.kho': 'a {\n x;\n y;' }, ['0-2']],
];

for (const [name, texts, expected] of FOLDS)
  test(`folding: ${name}`, () => assert.deepEqual(foldsIn(texts), expected));

test('folding: a file that is included twice folds once', () => {
  const texts = { 'a.kho': 'a { /include/ "b"\n}; c { /include/ "b"\n};', b: 'in {\n x;\n};\n' };
  assert.deepEqual(foldsIn(texts, 'b'), ['0-1']);
});

test('folding: long comments and strings, and comments that are not closed, take no time', () => {
  assert.deepEqual(foldsIn({ 'a.kho': '// x\n'.repeat(1_000_000) }), ['0-999999 comment']);
  assert.deepEqual(foldsIn({ 'a.kho': `a { s = "${'x'.repeat(10_000_000)}"; };` }), []);
  assert.deepEqual(foldsIn({ 'a.kho': '/* '.repeat(200_000) }), []);
});

// The cursor, and what a selection grows to: what is between things, and what is not finished.
const SELECTIONS: readonly [string, string[]][] = [
  ['a { x=<1>;$0y=<2>; };', ['y', 'y=<2>;', ' x=<1>;y=<2>; ', 'a { x=<1>;y=<2>; }']],
  ['a { x = <1 $02', ['2', '<1 2', 'x = <1 2', ' x = <1 2']],
  ['a { s = "t$0t"; };', ['tt', '"tt"', 's = "tt";', ' s = "tt"; ', 'a { s = "tt"; }']],
];

for (const [fixture, expected] of SELECTIONS)
  test(`selection: ${fixture}`, () => {
    const { source, tree, cursor } = checked(fixture);
    const texts: string[] = [];
    let range = selectionRangesAt(tree, source, [cursor], () => true)[0];
    for (; range?.parent !== undefined; range = range.parent) {
      const start = offsetAt(source, range.range.start);
      texts.push(source.text.slice(start, offsetAt(source, range.range.end)));
      assert.ok(offsetAt(source, range.parent.range.start) <= start, 'the outer one holds it');
    }
    assert.deepEqual(texts, expected);
  });

test('a selection grows from a cell to the whole file', () => {
  const { source, tree, cursor } = checked(TEXT);
  const texts: string[] = [];
  let range: SelectionRange | undefined = selectionRangesAt(tree, source, [cursor], () => true)[0];
  for (; range !== undefined; range = range.parent) {
    const start = offsetAt(source, range.range.start);
    texts.push(source.text.slice(start, offsetAt(source, range.range.end)).replace(/\s+/g, ' '));
  }
  assert.deepEqual(
    texts.map((text) => text.trim()),
    [
      '0x1000',
      '<0x1000 2>',
      'mem = <0x1000 2>;',
      'mem = <0x1000 2>;',
      'a { mem = <0x1000 2>; }',
      '// one // two a { mem = <0x1000 2>; };',
      '/ { // one // two a { mem = <0x1000 2>; }; }',
      source.text.replace(/\s+/g, ' ').trim(),
    ],
  );
});

test('the server folds, grows selections, finds and renames labels, and links includes', () =>
  withClient({ files: { 'part.dtsi': 'x = <1>;\n' } }, async (client) => {
    const text = '/dts-v1/;\n/ {\n\t/include/ "part.dtsi"\n\tl: a { };\n\tb = <&l>;\n};\n';
    await client.open('a.kho', text);
    const textDocument = { uri: client.uri('a.kho') };
    const ask = <T>(method: string, params: object): Promise<T> =>
      client.connection.sendRequest<T>(method, { textDocument, ...params });
    const position = { line: 3, character: 1 };
    assert.equal((await ask<unknown[]>('textDocument/foldingRange', {})).length, 1);
    assert.ok((await ask<unknown[]>('textDocument/selectionRange', { positions: [position] }))[0]);
    const context = { includeDeclaration: true };
    const found = await ask<unknown[]>('textDocument/references', { position, context });
    assert.equal(found.length, 2);
    assert.equal((await ask<unknown[]>('textDocument/documentHighlight', { position })).length, 2);
    const links = await ask<{ target: string }[]>('textDocument/documentLink', {});
    assert.match(links[0]?.target ?? '', /part\.dtsi$/);
    const edit = await ask<{ changes: object }>('textDocument/rename', { position, newName: 'm' });
    assert.equal(Object.values(edit.changes).flat().length, 2);
    await assert.rejects(
      ask('textDocument/rename', { position, newName: '-' }),
      /does not start with a digit/,
    );
  }));

test('the server finds symbols of the workspace, types and what may hold them', () =>
  withClient(
    { files: { 'b.kho': 'far: ftrace { compatible = "ftrace-v1"; };\n' } },
    async (client) => {
      const text = 'near: ftrace {\n\tcompatible = "ftrace-v1";\n\tevents = <1 1>;\n};\n';
      await client.open('a.kho', text);
      const textDocument = { uri: client.uri('a.kho') };
      const position = { line: 0, character: 7 };
      const symbols = await client.connection.sendRequest<{ name: string }[]>('workspace/symbol', {
        query: 'far',
      });
      assert.equal(symbols[0]?.name, 'far');
      const type = await client.connection.sendRequest<{ uri: string }>(
        'textDocument/typeDefinition',
        { textDocument, position },
      );
      assert.match(type.uri, /ftrace-v1\.kho\.yaml$/);
      const [item] = await client.connection.sendRequest<object[]>(
        'textDocument/prepareTypeHierarchy',
        { textDocument, position },
      );
      const below = await client.connection.sendRequest<{ name: string }[]>(
        'typeHierarchy/subtypes',
        { item },
      );
      assert.deepEqual(
        below.map(({ name }) => name),
        ['ftrace,array-v1'],
      );
    },
  ));
