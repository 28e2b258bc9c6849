import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver/node';
import { offsetAt, type SourceFile } from '../../fdt/index.ts';
import { loadBinding } from '../../kho/index.ts';
import { bindingActionsAt } from '../../server/binding-actions.ts';
import { withClient } from './test-client.ts';

const OPTIONS = {
  uriOf: () => 'file:///own-v1.kho.yaml',
  rulePage: () => undefined,
  hasRelatedInformation: true,
  hasCodeDescription: true,
};

function actionsOf(text: string): { source: SourceFile; actions: CodeAction[] } {
  const source = { path: '/w/own-v1.kho.yaml', text };
  return { source, actions: bindingActionsAt(source, { start: 0, end: text.length }, OPTIONS) };
}

function applied({ text, path }: SourceFile, { edit }: CodeAction): string {
  const [{ range, newText } = assert.fail()] = Object.values(edit?.changes ?? {}).flat();
  const source = { path, text };
  return (
    text.slice(0, offsetAt(source, range.start)) + newText + text.slice(offsetAt(source, range.end))
  );
}

const HEAD = '$id: own-v1\ntitle: Own\nkho-releases: [seed]\n';
const X = 'properties:\n  x:\n    ';

// A binding with one thing wrong, the repair, and a line of what it makes of it.
const CASES: readonly [string, string, string][] = [
  [`${HEAD}${X}minimun: 1\n`, 'Write minimum', '    minimum: 1'],
  [`${HEAD}${X}kho-unti: bytes\n`, 'Write kho-unit', '    kho-unit: bytes'],
  [`${HEAD}requierd: []\nproperties: {}\n`, 'Write required', 'required: []'],
  [
    `${HEAD}${X}$ref: /schemas/types.yaml#/definitions/unit64\n`,
    'Write /schemas/types.yaml#/definitions/uint64',
    '    $ref: /schemas/types.yaml#/definitions/uint64',
  ],
  [`${HEAD}${X}kho-struct: kho_memm\n`, 'Write kho_mem', '    kho-struct: kho_mem'],
  ['# Own.\ntitle: Own\nkho-releases: [seed]\nproperties: {}\n', 'Add $id', '$id: own-v1'],
  ['$id: mine\nkho-releases: [seed]\nproperties: {}', 'Add title', 'title: mine'],
  [HEAD, 'Add properties', 'properties: {}'],
  ['$id: a\ntitle: A\nproperties: {}\n\n', 'Add kho-releases', 'kho-releases: ["7.3.."]'],
];

for (const [text, title, line] of CASES)
  test(`${title}`, () => {
    const { source, actions } = actionsOf(text);
    const action = actions.find((each) => each.title === title);
    assert.ok(action !== undefined, `${actions.map((each) => each.title)}`);
    const repaired = applied(source, action);
    assert.ok(repaired.split('\n').includes(line), repaired);
    assert.deepEqual(loadBinding({ ...source, text: repaired }).issues, [], repaired);
  });

test('what is like nothing has no repair', () => {
  assert.deepEqual(actionsOf(`${HEAD}${X}whatever: 1\n`).actions, []);
  assert.deepEqual(actionsOf('{').actions, []);
  assert.deepEqual(actionsOf('').actions, []);
});

test('the server repairs bindings', () =>
  withClient({}, async (client) => {
    await client.open('own-v1.kho.yaml', `${HEAD}${X}minimun: 1\n`);
    const at = { line: 5, character: 6 };
    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: client.uri('own-v1.kho.yaml') },
      range: { start: at, end: at },
      context: { diagnostics: [] },
    });
    assert.deepEqual(
      actions.map(({ title }) => title),
      ['Write minimum'],
    );
  }));
