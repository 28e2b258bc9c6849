import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SemanticTokens, SemanticTokensDelta } from 'vscode-languageserver/node';
import { createTokenCache, MAX_KEPT_ANSWERS } from '../../server/token-cache.ts';
import { type TestClient, withClient } from './test-client.ts';

const ONE = [0, 0, 1, 0, 0];
const TWO = [...ONE, 0, 4, 1, 0, 0];

function applied(
  data: readonly number[],
  answer: SemanticTokens | SemanticTokensDelta,
): readonly number[] {
  if (!('edits' in answer)) return answer.data;
  const result = [...data];
  for (const { start, deleteCount, data: inserted = [] } of answer.edits)
    result.splice(start, deleteCount, ...inserted);
  return result;
}

test('the next answer is what differs from the last one, under a name of its own', () => {
  const cache = createTokenCache();
  const { resultId = '' } = cache.full('a', ONE);
  const next = cache.delta('a', resultId, TWO);
  assert.ok('edits' in next);
  assert.notEqual(next.resultId, resultId);
  assert.deepEqual(applied(ONE, next), TWO);
  const same = cache.delta('a', next.resultId ?? '', [...TWO]);
  assert.deepEqual(same, { resultId: next.resultId, edits: [] });
  assert.deepEqual(applied(TWO, cache.delta('a', next.resultId ?? '', ONE)), ONE);
});

test('whoever refers to an answer that is gone gets the whole', () => {
  const cache = createTokenCache();
  const { resultId = '' } = cache.full('a', ONE);
  cache.full('a', TWO);
  for (const [uri, id] of [
    ['a', resultId],
    ['b', resultId],
    ['a', ''],
  ] as const)
    assert.ok('data' in cache.delta(uri, id, ONE), `${uri} ${id}`);
});

test('what was asked for longest ago is forgotten first', () => {
  const small = createTokenCache(2 * ONE.length);
  const first = small.full('a', ONE).resultId ?? '';
  const second = small.full('b', ONE).resultId ?? '';
  small.full('c', ONE);
  assert.ok('edits' in small.delta('b', second, ONE));
  assert.ok('data' in small.delta('a', first, ONE));
  // One that is larger than all that is kept makes no room for itself.
  const third = small.full('d', TWO.concat(TWO)).resultId ?? '';
  assert.ok('data' in small.delta('d', third, TWO.concat(TWO)));

  const many = createTokenCache();
  const ids = Array.from({ length: MAX_KEPT_ANSWERS + 1 }, (_, i) => many.full(`${i}`, ONE));
  assert.ok('edits' in many.delta('1', ids[1]?.resultId ?? '', ONE));
  assert.ok('data' in many.delta('0', ids[0]?.resultId ?? '', ONE));
});

test('the server answers an edit with what differs', () =>
  withClient({}, async (client) => {
    const text = 'ftrace { compatible = "ftrace-v1"; events = <1 1>; };\n'.repeat(100);
    await client.open('a.kho', text);
    const textDocument = { uri: client.uri('a.kho') };
    const all = await client.connection.sendRequest<SemanticTokens>(
      'textDocument/semanticTokens/full',
      { textDocument },
    );
    const at = { line: 99, character: 9 };
    await client.edit('a.kho', 'mine; ', { start: at, end: at });
    const previousResultId = all.resultId;
    const next = await client.connection.sendRequest<SemanticTokensDelta>(
      'textDocument/semanticTokens/full/delta',
      { textDocument, previousResultId },
    );
    assert.ok(next.edits.length === 1 && (next.edits[0]?.data?.length ?? 0) <= 15);
    const fresh = await client.connection.sendRequest<SemanticTokens>(
      'textDocument/semanticTokens/full',
      { textDocument },
    );
    assert.deepEqual(applied(all.data, next), fresh.data);
  }));

const VIEWS = ['semanticTokens', 'inlayHint', 'codeLens'];
const ASKED_AGAIN = Object.fromEntries(VIEWS.map((each) => [each, { refreshSupport: true }]));
const BINDING = '$id: mine\n';

/** The requests that come after `cause`, once the server is quiet. */
async function refreshedBy(
  { refreshed }: TestClient,
  cause: () => Promise<void>,
): Promise<readonly string[]> {
  const before = refreshed.length;
  await cause();
  // Longer than the server waits for more to change.
  let seen: number;
  do {
    seen = refreshed.length;
    await sleep(500);
  } while (refreshed.length > seen);
  return refreshed.slice(before).sort();
}

test('what is shown is asked for anew when bindings, settings or other files change', () =>
  withClient(
    { workspace: ASKED_AGAIN, files: { 'b.dtsi': 'b { };', 'x.kho.yaml': BINDING } },
    async (client) => {
      const all = [...VIEWS].sort();
      await client.open('a.kho', '/include/ "b.dtsi"\na { };\n');
      await client.open('c.kho', 'c { };\n');
      await refreshedBy(client, async () => void (await client.diagnostics('a.kho')));
      const causes: Record<string, () => Promise<void>> = {
        binding: () => client.write('x.kho.yaml', `${BINDING}# more\n`),
        settings: () => client.configure({ release: 'seed' }),
        included: () => client.write('b.dtsi', 'b: b { };'),
        open: () => client.open('b.dtsi', 'b: b { };'),
      };
      for (const [name, cause] of Object.entries(causes)) {
        const seen = await refreshedBy(client, cause);
        assert.deepEqual([...new Set(seen)], all, name);
      }
      // An edit that concerns nothing else is the client's to follow.
      assert.deepEqual(await refreshedBy(client, () => client.edit('c.kho', 'd { };\n')), []);
    },
  ));
