import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction, TextDocumentEdit } from 'vscode-languageserver/node';
import { nodesOf, writeFdt } from '../../fdt/index.ts';
import {
  bindingSkeleton,
  checkSource,
  compatiblesOf,
  createBindingSet,
  loadBinding,
  RELEASES,
} from '../../kho/index.ts';
import { randomSource } from '../fdt/random-source.ts';
import { type TestClient, withClient } from './test-client.ts';

const SOURCE = `mine {
	compatible = "mine-v1", "older";
	flag;
	one = <0x1000>;
	wide = /bits/ 64 <0x1000 2>;
	raw = [00 01];
	"of" = "x";
	words = "a", "b";
	mixed = "a", <1>;
	ref = &inner;
	#odd = <1>;
	true = <1>;
	inner: inner {
		small = /bits/ 8 <1>;
		deep { a { b { c { d = <1>; }; }; }; };
	};
	other { compatible = "other-v1"; };
};
`.replace('\t"of" = "x";\n', '');

/** The skeleton for the first node with a compatible, and the source checked with it. */
function described(text: string) {
  const source = { path: 'a.kho', text };
  const none = createBindingSet([]);
  const before = checkSource(source, { bindings: none });
  const node = [...nodesOf(before.tree.root)].find((each) => compatiblesOf(each).length > 0);
  const skeleton = node && bindingSkeleton(node, before.release);
  if (skeleton === undefined) return undefined;
  const { value, issues } = loadBinding({ path: 'b.kho.yaml', text: skeleton });
  assert.deepEqual(issues, [], skeleton);
  assert.ok(value !== undefined);
  const options = { bindings: createBindingSet([value]), release: before.release };
  return { skeleton, before, after: checkSource(source, options), compatible: value.compatibles };
}

test('the binding is valid, and describes the node as it is', () => {
  const found = described(SOURCE);
  assert.ok(found !== undefined);
  const { skeleton, before, after, compatible } = found;
  assert.deepEqual(compatible, ['mine-v1']);
  assert.deepEqual(
    after.issues.filter(({ rule }) => rule !== 'unknown-compatible').map(({ message }) => message),
    [],
  );
  assert.deepEqual(writeFdt(after.tree), writeFdt(before.tree));
  for (const line of [
    '$id: mine-v1',
    '  wide:\n    $ref: /schemas/types.yaml#/definitions/uint64-array',
    '  one:\n    $ref: /schemas/types.yaml#/definitions/uint32',
    '  flag:\n    $ref: /schemas/types.yaml#/definitions/flag',
    '  mixed: true',
    '  "#odd":',
    '  "true":',
    '  other:\n    type: object\n    $ref: other-v1',
  ])
    assert.ok(skeleton.includes(`${line}\n`), `${line}\n\nis not in\n\n${skeleton}`);
});

test('so is that of any node of any source, in any release', () => {
  let count = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const text = randomSource(seed).replace('/ {\n', '/ {\ncompatible = "any-v1";\n');
    const found = described(text);
    if (found === undefined || !found.before.isWhole) continue;
    count++;
    assert.deepEqual(writeFdt(found.after.tree), writeFdt(found.before.tree), `seed ${seed}`);
    const types = found.after.issues.filter(({ rule }) => rule === 'property-type');
    assert.deepEqual(types, [], `seed ${seed}`);
  }
  assert.ok(count > 100, `${count} nodes were described`);
  const { tree } = checkSource({ path: 'a', text: SOURCE }, { bindings: createBindingSet([]) });
  const [node] = tree.root.children;
  assert.ok(node !== undefined);
  for (const release of RELEASES) {
    const text: string = bindingSkeleton(node, release) ?? '';
    assert.deepEqual(loadBinding({ path: 'b', text }).issues, [], release.name);
  }
});

const CREATES = {
  workspaceEdit: { documentChanges: true, resourceOperations: ['create' as const] },
};

async function offered(client: TestClient, file: string): Promise<CodeAction | undefined> {
  await client.open(file, 'n { compatible = "brand-new-v1"; x = <1>; };\n');
  const at = { line: 0, character: 20 };
  const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: client.uri(file) },
    range: { start: at, end: at },
    context: { diagnostics: [] },
  });
  return actions.find(({ title }) => title === 'Describe brand-new-v1 in a new binding');
}

const OTHER = '$id: o\ntitle: O\nkho-releases: [seed]\nproperties:\n  compatible:\n    const: o\n';

// Files that there are, and where the new one goes.
const PLACES: readonly [Readonly<Record<string, string>>, string | undefined][] = [
  [{}, 'src/brand-new-v1.kho.yaml'],
  [{ 'own/o.kho.yaml': OTHER }, 'own/brand-new-v1.kho.yaml'],
  [{ 'src/brand-new-v1.kho.yaml': 'broken: [' }, undefined],
];

for (const [files, place] of PLACES)
  test(`with ${Object.keys(files)} a new binding goes to ${place}`, () =>
    withClient({ workspace: CREATES, files }, async (client) => {
      const action = await offered(client, 'src/a.kho');
      const [create, edit] = action?.edit?.documentChanges ?? [];
      if (place === undefined) return assert.equal(action, undefined);
      assert.deepEqual(create, {
        kind: 'create',
        uri: client.uri(place),
        options: { overwrite: false, ignoreIfExists: false },
      });
      const { textDocument, edits } = edit as TextDocumentEdit;
      assert.equal(textDocument.uri, client.uri(place));
      const [{ newText = '' } = {}] = edits as { newText?: string }[];
      assert.match(newText, /^\$id: brand-new-v1\n/);
      // Written, it is in force, and nothing is unknown any more.
      await client.write(place, newText);
      const rules = (await client.diagnostics('src/a.kho')).map(({ code }) => code);
      assert.deepEqual(rules, []);
    }));

test('a client that makes no files is offered none', () =>
  withClient({}, async (client) => assert.equal(await offered(client, 'src/a.kho'), undefined)));
