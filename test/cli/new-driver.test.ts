import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folderWith, kho } from './kho.ts';

test('a new driver hands over as it is, and is clean', (t) => {
  const folder = folderWith(t, {});
  const made = kho(['new', 'my-driver'], folder);
  assert.equal(made.status, 0, made.stderr);
  const files = readdirSync(path.join(folder, 'my-driver')).sort();
  assert.deepEqual(files, [
    'kho-driver.d.ts',
    'my-driver-v1.kho.yaml',
    'my-driver.kho.dts',
    'my-driver.kho.json',
    'my-driver.ts',
  ]);
  const simulated = kho(['simulate', 'my-driver/my-driver.kho.json'], folder);
  assert.equal(simulated.status, 0, simulated.stdout);
  assert.match(simulated.stdout, /Findings\n\nNone\./);
  const checked = kho(['check', 'my-driver'], folder);
  assert.equal(checked.status, 0, checked.stdout);
  assert.match(checked.stdout, /3 files checked, no issues/);
});

test('nothing is overwritten, and names are such that all may be called so', (t) => {
  const folder = folderWith(t, { taken: 'x' });
  const again = kho(['new', 'taken'], folder);
  assert.equal(again.status, 2);
  assert.match(again.stderr, /taken: exists already; nothing is written/);
  for (const name of ['My', '1a', 'a b', '../a', '']) {
    const { status, stderr } = kho(['new', name], folder);
    assert.equal(status, 2, name);
    assert.match(stderr, /small letters, digits and -/);
  }
});
