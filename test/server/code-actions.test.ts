import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction, TextEdit } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { parseMarks } from '../support/marks.ts';
import { type TestClient, withClient } from './test-client.ts';

async function actionsAt(
  client: TestClient,
  fixture: string,
  only?: readonly string[],
): Promise<{ text: string; actions: CodeAction[] }> {
  const { text, cursor = 0 } = parseMarks(fixture);
  await client.open('a.kho', text);
  const at = positionAt({ path: '', text }, cursor);
  const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: client.uri('a.kho') },
    range: { start: at, end: at },
    context: { diagnostics: [], ...(only === undefined ? {} : { only }) },
  });
  await client.close('a.kho');
  return { text, actions };
}

/** The text after the edits of an action, which do not overlap. */
function applied(text: string, client: TestClient, { edit }: CodeAction): string {
  const lines = text.split('\n');
  const offset = ({ line, character }: TextEdit['range']['start']): number =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  const edits = edit?.changes?.[client.uri('a.kho')] ?? [];
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (all, { range, newText }) =>
        all.slice(0, offset(range.start)) + newText + all.slice(offset(range.end)),
      text,
    );
}

const TWO_PROBLEMS = `/dts-v1/;
/ {
	big = <0x1010$000000>;
	compatible = "kho-v4"
};
`;

test('a problem has its repair where it stands', () =>
  withClient({}, async (client) => {
    const { text, actions } = await actionsAt(client, TWO_PROBLEMS.replace('$', '$0'));
    const [fix] = actions.filter(({ kind }) => kind === 'quickfix');
    assert.equal(fix?.title, 'Write /bits/ 64');
    assert.equal(fix.isPreferred, true);
    assert.equal(fix.diagnostics?.[0]?.code, 'cell-overflow');
    assert.match(applied(text, client, fix), /big = \/bits\/ 64 <0x1010000000>;/);
    assert.equal(actions.filter(({ kind }) => kind === 'quickfix').length, 1);
  }));

test('all that is beyond doubt is repaired at once', () =>
  withClient({}, async (client) => {
    const { text, actions } = await actionsAt(client, TWO_PROBLEMS.replace('$', '$0'), ['source']);
    assert.deepEqual(
      actions.map(({ kind, title }) => [kind, title]),
      [['source.fixAll.kho', 'Fix all KHO problems']],
    );
    const [all] = actions;
    assert.ok(all !== undefined);
    assert.equal(
      applied(text, client, all),
      '/dts-v1/;\n/ {\n\tbig = /bits/ 64 <0x1010000000>;\n\tcompatible = "kho-v4";\n};\n',
    );
  }));

test('where nothing is wrong there is nothing to repair', () =>
  withClient({}, async (client) => {
    const { actions } = await actionsAt(client, 'ftrace { compatible = "mine"; $0};\n');
    assert.deepEqual(actions, []);
  }));
