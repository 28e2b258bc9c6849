// What was compiled is kept, and not for ever.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { pruneCache, touchCached } from '../../simulator/native/cache-folder.ts';
import { needsCompiler } from '../support/native.ts';
import { driverWith, runC } from './native-scenarios.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW_MS = 1_800_000_000_000;

/** A folder of files of 100 bytes, each as old as it says. */
function cacheWith(t: TestContext, ageDays: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-cache-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, days] of Object.entries(ageDays)) {
    const file = path.join(folder, name);
    writeFileSync(file, 'x'.repeat(100));
    const time = (NOW_MS - days * DAY_MS) / 1000;
    utimesSync(file, time, time);
  }
  return folder;
}

const left = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== 'pruned')
    .sort();

test('what nobody has used for a month is removed, once a day', (t) => {
  const folder = cacheWith(t, { old: 31, young: 29, used: 40 });
  touchCached(path.join(folder, 'used'), NOW_MS);
  touchCached(path.join(folder, 'absent'), NOW_MS);
  pruneCache(folder, { nowMs: NOW_MS });
  assert.deepEqual(left(folder), ['used', 'young']);
  pruneCache(folder, { nowMs: NOW_MS + DAY_MS / 2 });
  pruneCache(folder, { nowMs: NOW_MS + DAY_MS / 2 });
  assert.deepEqual(left(folder), ['used', 'young']);
  pruneCache(folder, { nowMs: NOW_MS + 2 * DAY_MS });
  assert.deepEqual(left(folder), ['used']);
});

test('of more than there may be the oldest goes, and what may be in use stays', (t) => {
  const folder = cacheWith(t, { a: 3, b: 2, c: 1, d: 0, e: 0 });
  pruneCache(folder, { nowMs: NOW_MS, maxBytes: 350 });
  assert.deepEqual(left(folder), ['c', 'd', 'e']);
  const busy = cacheWith(t, { a: 0, b: 0 });
  pruneCache(busy, { nowMs: NOW_MS, maxBytes: 1 });
  assert.deepEqual(left(busy), ['a', 'b']);
  pruneCache(path.join(folder, 'absent'));
});

test('a run prunes its cache, and keeps what it uses', async (t) => {
  if (!needsCompiler(t)) return;
  const cacheFolder = cacheWith(t, { stale: 365 });
  const scenario = { drivers: { 'd.c': driverWith('') }, releases: ['7.3'] };
  await runC(t, scenario, { cacheFolder });
  assert.ok(!existsSync(path.join(cacheFolder, 'stale')));
  const made = left(cacheFolder);
  assert.ok(made.length > 10);
  for (const name of made) utimesSync(path.join(cacheFolder, name), 1, 1);
  await runC(t, scenario, { cacheFolder });
  // The driver is compiled where the test writes it, and so anew; the runtime is not.
  const used = left(cacheFolder).filter(
    (name) => statSync(path.join(cacheFolder, name)).mtimeMs > DAY_MS,
  );
  assert.ok(used.length > 10);
});
