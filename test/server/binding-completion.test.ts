import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionItem } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { bindingCompletionsAt, bindingHoverAt } from '../../server/binding-completion.ts';
import { parseMarks } from '../support/marks.ts';
import { withClient } from './test-client.ts';

function labelsAt(fixture: string): string[] {
  const { text, cursor = 0 } = parseMarks(fixture);
  return bindingCompletionsAt({ path: 'x.kho.yaml', text }, cursor).map(({ label }) => label);
}

// A binding with the cursor at $0, what is offered and what is not.
const CASES: readonly [string, readonly string[], readonly string[]][] = [
  ['$0', ['$id', 'title', 'kho-releases', 'properties'], ['kho-struct', 'of']],
  ['$id: x-v1\nk$0\ntitle: X\n', ['kho-releases', 'kho-source'], ['$id', 'title']],
  ['properties:\n  state:\n    $0\n', ['$ref', 'kho-struct', 'kho-phys', 'type'], ['$id']],
  ['properties:\n  state:\n    kho-phys:\n      $0\n', ['of', 'size'], ['$ref']],
  ['properties:\n  state:\n    $ref: $0\n', ['/schemas/types.yaml#/definitions/uint64'], ['$ref']],
  ['properties:\n  state:\n    kho-struct: kho_$0\n', ['kho_mem', 'kho_vmalloc'], ['luo_ser']],
  ['kho-releases: [$0]\n', ['7.3', '6.18..', 'seed'], ['$id']],
  ['kho-releases:\n  - $0\n', ['7.1..'], ['$id']],
  ['properties:\n  $0\n', [], ['$ref']],
  ['patternProperties:\n  ^a$:\n    type: object\n    $0\n', ['properties', 'required'], ['type']],
  [
    'properties:\n  a:\n    items:\n      items:\n        - title: x\n          $0\n',
    ['kho-phys'],
    ['title', '$ref'],
  ],
  ['# $0\n', [], ['$id']],
  ['additionalProperties: $0', ['false', 'true'], []],
  [
    'properties:\n  a:\n    kho-restored-by: $0',
    ['kho_restore_folio', 'kho_claim_mem'],
    ['kho_add_subtree'],
  ],
];

for (const [fixture, offered, others] of CASES)
  test(`in ${JSON.stringify(fixture)}`, () => {
    const labels = labelsAt(fixture);
    for (const each of offered) assert.ok(labels.includes(each), `${each} is not in ${labels}`);
    for (const each of others) assert.ok(!labels.includes(each), `${each} is in ${labels}`);
  });

test('what is completed replaces the word that was begun', () => {
  const { text, cursor = 0 } = parseMarks('properties:\n  a:\n    kho-st$0\n');
  const [item] = bindingCompletionsAt({ path: 'x', text }, cursor).filter(
    ({ label }) => label === 'kho-struct',
  );
  assert.deepEqual(item?.textEdit, {
    range: { start: { line: 2, character: 4 }, end: { line: 2, character: 10 } },
    newText: 'kho-struct: ',
  });
});

test('a word of the vocabulary says what it means', () => {
  const { text, cursor = 0 } = parseMarks('properties:\n  a:\n    kho-str$0uct: kho_mem\n');
  const hover = bindingHoverAt({ path: 'x', text }, cursor, 'plaintext');
  assert.match(JSON.stringify(hover?.contents), /C struct whose bytes the value is/);
  assert.equal(bindingHoverAt({ path: 'x', text }, 0, 'plaintext')?.range, undefined);
});

test('the server completes and explains bindings', () =>
  withClient({}, async (client) => {
    const { text, cursor = 0 } = parseMarks('$id: x-v1\nproperties:\n  a:\n    kho-s$0\n');
    await client.open('x-v1.kho.yaml', text, 'yaml');
    const position = positionAt({ path: '', text }, cursor);
    const items = await client.connection.sendRequest<CompletionItem[]>('textDocument/completion', {
      textDocument: { uri: client.uri('x-v1.kho.yaml') },
      position,
    });
    assert.ok(items.some(({ label }) => label === 'kho-struct'));
    const hover = await client.hover('x-v1.kho.yaml', { line: 0, character: 1 });
    assert.match(JSON.stringify(hover?.contents), /Name of the binding/);
  }));
