import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionItem } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { checkSource } from '../../kho/index.ts';
import { completionsAt } from '../../server/completion.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { parseMarks } from '../support/marks.ts';
import { withClient } from './test-client.ts';

function itemsAt(fixture: string, takesSnippets = false): CompletionItem[] {
  const { text, cursor = 0 } = parseMarks(fixture);
  const source = { path: 'a.kho', text };
  const checked = checkSource(source, { bindings: SHIPPED });
  const place = { offset: cursor, isInFile: () => true };
  return completionsAt(checked, source, place, { takesSnippets });
}

const CPU = 'cpu0 { compatible = "ftrace,cpu-v1"; ';
/** The seed's tree up to the body of a CPU's node. */
const IN_CPU = `ftrace {
  compatible = "ftrace-v1";
  events = <1 1>;
  global: global-trace {
    compatible = "ftrace,array-v1";
    trace-flags = <1>;
    ${CPU}`;

// What is typed up to the cursor, what is offered, and what is not.
const CASES: readonly [string, readonly string[], readonly string[]][] = [
  [`${IN_CPU}$0 }; }; };`, ['cpu', 'mem', '/delete-property/'], ['compatible', 'events']],
  [`${IN_CPU}cpu = <0>; $0 }; }; };`, ['mem'], ['cpu']],
  [`${IN_CPU}me$0`, ['mem'], ['events']],
  [`${IN_CPU}mem = <$0`, [], ['mem', 'cpu']],
  [`${IN_CPU}/* $0 */ }; }; };`, [], ['mem']],
  [`${IN_CPU}// $0\n }; }; };`, [], ['mem']],
  [`${IN_CPU}mem = <&$0`, ['global'], ['mem']],
  [`${IN_CPU}mem = <&{/ftrace/$0`, ['/ftrace/global-trace'], ['/ftrace']],
  [`${IN_CPU}mem = /bits/ $0`, ['64', '32'], ['mem']],
  ['ftrace { compatible = "$0', ['ftrace-v1', 'memblock-v1'], ['events']],
  ['ftrace { compatible = "ft$0"; };', ['ftrace-v1', 'ftrace,array-v1'], []],
  ['/dts-v1/;\n/ { compatible = "kho-v4"; $0 };', ['preserved-memory-map'], ['events']],
  ['/dts-v1/;\n/ { compatible = "kho-v4"; a { $0 }; };', ['preserved-data', 'blob-size'], ['mem']],
  ['/dts-v1/;\n/ { compatible = "$0"; };', ['kho-v4', 'kho-v1'], []],
  ['$0', ['/dts-v1/', '/ { … }', 'ftrace'], ['mem']],
  ['/dts-v1/;\n$0', ['/memreserve/', 'ftrace'], ['compatible']],
  ['ftrace { compatible = "ftrace-v1"; }; $0', ['ftrace'], ['events']],
  ['a { x = <1>; };\n&$0', [], ['ftrace']],
  ['b: a { x = <1>; };\n&$0', ['b'], ['a']],
];

for (const [fixture, offered, others] of CASES)
  test(`at ${JSON.stringify(fixture.slice(-48))}`, () => {
    const labels = itemsAt(fixture).map(({ label }) => label);
    for (const each of offered) assert.ok(labels.includes(each), `${each} is not in ${labels}`);
    for (const each of others) assert.ok(!labels.includes(each), `${each} is in ${labels}`);
  });

test('what a node must have comes first, in the shape of its values', () => {
  const [first] = itemsAt(`${IN_CPU}$0 }; }; };`).sort((a, b) =>
    (a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1,
  );
  assert.equal(first?.label, 'cpu');
  const mem = itemsAt(`${IN_CPU}$0 }; }; };`).find(({ label }) => label === 'mem');
  assert.equal(mem?.textEdit?.newText, 'mem = <0x0 0x0 0x0 0x0>;');
  assert.match(mem?.detail ?? '', /array of struct kho_mem/);
  const typed = itemsAt(`${IN_CPU}$0 }; }; };`, true).find(({ label }) => label === 'cpu');
  assert.equal(typed?.textEdit?.newText, 'cpu = <$'.concat('{1:0x0}>;'));
});

test('what is completed replaces the name that was begun, with its odd characters', () => {
  const fixture = '/dts-v1/;\n/ { compatible = "kho-v4"; preserved-m$0 };';
  const [item] = itemsAt(fixture).filter(({ label }) => label === 'preserved-memory-map');
  const edit = item?.textEdit;
  assert.ok(edit !== undefined && 'range' in edit);
  assert.deepEqual(edit.range, {
    start: { line: 1, character: 27 },
    end: { line: 1, character: 38 },
  });
  assert.equal(edit.newText, 'preserved-memory-map = <0x0>;');
});

test('every completion of a statement makes a source that is no worse', () => {
  const fixture = `${IN_CPU}$0 }; }; };`;
  const { text, cursor = 0 } = parseMarks(fixture);
  const errors = (each: string): number =>
    checkSource({ path: 'a.kho', text: each }, { bindings: SHIPPED }).issues.filter(
      ({ rule }) => rule === 'syntax-error',
    ).length;
  for (const { label, textEdit } of itemsAt(fixture).filter((each) => !each.label.startsWith('/')))
    assert.equal(
      errors(text.slice(0, cursor) + (textEdit?.newText ?? '') + text.slice(cursor)),
      errors(text),
      label,
    );
});

test('the server completes sources', () =>
  withClient({}, async (client) => {
    const { text, cursor = 0 } = parseMarks(`${IN_CPU}$0`);
    await client.open('a.kho', text);
    const position = positionAt({ path: '', text }, cursor);
    const items = await client.connection.sendRequest<CompletionItem[]>('textDocument/completion', {
      textDocument: { uri: client.uri('a.kho') },
      position,
    });
    assert.ok(items.some(({ label }) => label === 'mem'));
  }));
