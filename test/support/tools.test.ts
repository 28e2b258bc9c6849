import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runTool, TOOLS } from './tools.ts';

test('a tool gets its input and gives what it prints', async () => {
  const { status, stdout, timedOut } = await runTool('cat', [], { input: 'text' });
  assert.deepEqual([status, stdout.toString(), timedOut], [0, 'text', false]);
});

test('a tool that hangs is ended', async () => {
  const { status, timedOut } = await runTool('sleep', ['60'], { timeoutMs: 100 });
  assert.deepEqual([status, timedOut], [null, true]);
});

test('a tool may leave its input unread', async () => {
  const { status } = await runTool('true', [], { input: 'x'.repeat(1_000_000) });
  assert.equal(status, 0);
});

test('every tool that tests need is one that the script installs', () => {
  const script = readFileSync('scripts/install-test-tools', 'utf8');
  const installed = /packages=\(([^)]*)\)/.exec(script)?.[1] ?? '';
  const words = new Set(installed.replace(/#.*$/gm, '').split(/\s+/));
  const unknown = Object.values(TOOLS).filter((name) => !words.has(name));
  assert.deepEqual(unknown, []);
});
