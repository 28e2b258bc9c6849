// A mistake of ours costs the request that it is made in, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancellationTokenSource, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { contained, guarded, type Log } from '../../server/log.ts';

function recording(): { log: Log; errors: string[] } {
  const errors: string[] = [];
  return { log: { info: () => {}, error: (message) => errors.push(message) }, errors };
}

const { token } = new CancellationTokenSource();

test('a request that throws is logged with its name and answers what there is instead', async () => {
  const { log, errors } = recording();
  const request = guarded(log, 'hover', null, (fails: boolean): string | null => {
    if (fails) throw new Error('of ours');
    return 'answer';
  });
  assert.equal(await request(true, token), null);
  assert.equal(await request(false, token), 'answer');
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', /^hover: Error: of ours\n/);
});

test('so is one that fails later, or with something else than an error', async () => {
  const { log, errors } = recording();
  const later = guarded<null, number[]>(log, 'links', [], () => Promise.reject('no reason'));
  assert.deepEqual(await later(null, token), []);
  assert.deepEqual(errors, ['links: no reason']);
});

test('a request that is cancelled before its turn does nothing and says so', async () => {
  const { log, errors } = recording();
  const source = new CancellationTokenSource();
  let isHandled = false;
  const answer = guarded(log, 'folding', null, () => {
    isHandled = true;
    return null;
  })(null, source.token);
  source.cancel();
  const error = await answer;
  assert.ok(error instanceof ResponseError);
  assert.equal(error.code, LSPErrorCodes.RequestCancelled);
  assert.deepEqual([isHandled, errors], [false, []]);
});

test('a notification that throws is logged, and the next one is handled', async () => {
  const { log, errors } = recording();
  const seen: number[] = [];
  for (const each of [1, 2, 3])
    await contained(log, 'edit', () => {
      if (each === 2) throw new Error('of ours');
      seen.push(each);
    });
  assert.deepEqual(seen, [1, 3]);
  assert.match(errors.join(), /^edit: Error: of ours/);
});
