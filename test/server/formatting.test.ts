import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TextEdit } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { offsetAt, positionAt, type Span } from '../../fdt/index.ts';
import {
  formattingEdits,
  MAX_EDITS,
  rangeFormattingEdits,
  typingEdits,
} from '../../server/formatting.ts';
import type { OpenTree } from '../../server/session.ts';
import { parseMarks } from '../support/marks.ts';
import { checkTexts, type Texts } from './marked-source.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { withClient } from './test-client.ts';

const TABS = { insertSpaces: false, tabSize: 4 };

const FORMATTED = `ftrace {
	compatible = "ftrace-v1";
	events = <1 1 2 2 3 3>;

	global-trace {
		compatible = "ftrace,array-v1";
		trace-flags = <0x3354601>;

		cpu0 {
			compatible = "ftrace,cpu-v1";
			cpu = <0x00>;
			mem = <0x101000000   0x38
			       0x101000100 0x1000
			       0x101000038   0x38
			       0x101002000 0x1000>;
		};
	};
};
`;

function treeOf(texts: Texts, file = 'a.kho'): OpenTree {
  const checked = checkTexts(texts);
  const source = checked.document.sources.find(({ path }) => path === file);
  assert.ok(source !== undefined);
  return { checked, source, isInFile: (span: Span) => span.source === source };
}

function applied(text: string, edits: TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create('file:///a.kho', 'kho', 0, text), edits);
}

test('a document is formatted as its bindings say', () => {
  const flowing = SEED_EXAMPLE.replace(/0x38\s+(?=0x101000100)/, '0x38 ');
  for (const text of [SEED_EXAMPLE, flowing]) {
    const edits = formattingEdits(treeOf({ 'a.kho': text }), TABS);
    assert.equal(applied(text, edits), FORMATTED);
  }
});

test('the width of a tab changes nothing', () => {
  const tree = treeOf({ 'a.kho': SEED_EXAMPLE });
  assert.deepEqual(formattingEdits(tree, { ...TABS, tabSize: 8 }), formattingEdits(tree, TABS));
});

test('spaces', () => {
  const spaces = (tabSize: number): string =>
    applied(
      'a{b{c;};};',
      formattingEdits(treeOf({ 'a.kho': 'a{b{c;};};' }), { insertSpaces: true, tabSize }),
    );
  assert.equal(spaces(3), 'a {\n   b {\n      c;\n   };\n};\n');
  for (const tabSize of [0, -1, Number.NaN, 1e9]) assert.match(spaces(tabSize), /^ {1,16}b \{$/m);
});

test('cells of another width than the binding has', () => {
  const halves = SEED_EXAMPLE.replace(/mem = [^;]*/, 'mem = /bits/ 32 <0 1 2 3\n4 5 60 7>');
  const edits = formattingEdits(treeOf({ 'a.kho': halves }), TABS);
  const indent = `\t\t\t${' '.repeat('mem = /bits/ 32 <'.length)}`;
  const expected = `\t\t\tmem = /bits/ 32 <0 1  2 3\n${indent}4 5 60 7>;\n`;
  assert.ok(applied(halves, edits).includes(expected), applied(halves, edits));
});

test('only the file that is asked for is formatted', () => {
  const texts = { 'a.kho': '/ {\n/include/ "b"\n};\n', b: ' a  ;\n' };
  assert.equal(applied(texts.b, formattingEdits(treeOf(texts, 'b'), TABS)), 'a;\n');
  assert.equal(
    applied(texts['a.kho'], formattingEdits(treeOf(texts), TABS)),
    '/ {\n\t/include/ "b"\n};\n',
  );
});

test('many edits are sent as one', () => {
  const text = `a {\n${'b  ;\n'.repeat(MAX_EDITS)}};\n`;
  const edits = formattingEdits(treeOf({ 'a.kho': text }), TABS);
  assert.equal(edits.length, 1);
  assert.equal(applied(text, edits), `a {\n${'\tb;\n'.repeat(MAX_EDITS)}};\n`);
});

test('a part of a document', () => {
  const text = 'a{\n b  ;\n c  ;\n};\n';
  const tree = treeOf({ 'a.kho': text });
  const edits = rangeFormattingEdits(
    tree,
    { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } },
    TABS,
  );
  assert.equal(applied(text, edits), 'a{\n b  ;\n\tc;\n};\n');
});

/** Formats what was typed before `$0`, and shows where the cursor is then. */
function checkTyped(fixture: string, expected: string): void {
  test(`typing ${JSON.stringify(fixture)}`, () => {
    const { text, cursor = 0 } = parseMarks(fixture);
    const tree = treeOf({ 'a.kho': text });
    const typed = text[cursor - 1] ?? '';
    // A client has indented a new line, by its own rules, before it asks.
    const ch = typed.trim() === '' ? '\n' : typed;
    const edits = typingEdits(tree, positionAt(tree.source, cursor), ch, TABS);
    let moved = cursor;
    for (const { range, newText } of edits) {
      const end = offsetAt(tree.source, range.end);
      if (end <= cursor) moved += newText.length - (end - offsetAt(tree.source, range.start));
    }
    const after = applied(text, edits);
    assert.equal(`${after.slice(0, moved)}$0${after.slice(moved)}`, expected);
  });
}

checkTyped('a {\n  b  =<1>;$0\n};\n', 'a {\n\tb = <1>;$0\n};\n');
checkTyped('a {\n  b { c  ;\n  }$0\n};\n', 'a {\n\tb { c  ;\n\t}$0\n};\n');
checkTyped('a {\n    $0\n};\n', 'a {\n\t$0\n};\n');
checkTyped('a {\n\tb = <1\n\t$0\n};\n', 'a {\n\tb = <1\n\t     $0\n};\n');
checkTyped('a  {\n  b  x$0\n};\n', 'a  {\n  b  x$0\n};\n');

test('an editor formats documents', async () => {
  await withClient({}, async (client) => {
    const { capabilities } = client.initialized;
    assert.equal(capabilities.documentFormattingProvider, true);
    assert.equal(capabilities.documentRangeFormattingProvider, true);
    assert.deepEqual(capabilities.documentOnTypeFormattingProvider, {
      firstTriggerCharacter: '}',
      moreTriggerCharacter: [';', '\n'],
    });
    await client.open('a.kho', SEED_EXAMPLE);
    const textDocument = { uri: client.uri('a.kho') };
    const ask = async (method: string, params: object): Promise<string> => {
      const edits = await client.connection.sendRequest(`textDocument/${method}`, {
        textDocument,
        options: TABS,
        ...params,
      });
      return applied(SEED_EXAMPLE, edits as TextEdit[]);
    };
    assert.equal(await ask('formatting', {}), FORMATTED);
    const second = '\tcompatible = "ftrace-v1";\n';
    const inSecond = { line: 1, character: 2 };
    const expected = SEED_EXAMPLE.replace(/^ .*\n/m, second);
    const range = { start: inSecond, end: inSecond };
    assert.equal(await ask('rangeFormatting', { range }), expected);
    const position = { line: 1, character: 29 };
    assert.equal(await ask('onTypeFormatting', { position, ch: ';' }), expected);
    await client.open('a.kho.yaml', 'a:  1\n', 'yaml');
    const yaml = { textDocument: { uri: client.uri('a.kho.yaml') }, options: TABS };
    assert.equal(await client.connection.sendRequest('textDocument/formatting', yaml), null);
  });
});
