// The fuzzers as a test: other inputs in every run, the same number of them.
import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import { runTool } from '../support/tools.ts';

const CASES = 10_000;
const TIMEOUT_MS = 300_000;

test('damaged input ends in an answer, soon and in little memory', async () => {
  const args = ['scripts/fuzz.mjs', '--cases', String(CASES)];
  const { status, stdout, stderr, timedOut } = await runTool(process.execPath, args, {
    timeoutMs: TIMEOUT_MS,
  });
  assert.ok(!timedOut, 'the fuzzers are done in time');
  assert.equal(status, 0, `${stdout}${stderr}`);
});
