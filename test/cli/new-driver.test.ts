import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { needs } from '../support/tools.ts';
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

test('a new driver in C hands over as it is, and is clean', (t) => {
  if (!needs(t, 'gcc')) return;
  const folder = folderWith(t, {});
  const made = kho(['new', 'my-driver', '--c', '--release', '7.2'], folder);
  assert.equal(made.status, 0, made.stderr);
  assert.ok(readdirSync(path.join(folder, 'my-driver')).includes('my-driver.c'));
  const simulated = kho(['simulate', 'my-driver/my-driver.kho.json'], folder);
  assert.equal(simulated.status, 0, simulated.stdout);
  assert.match(simulated.stdout, /Findings\n\nNone\./);
  const scenario = readFileSync(path.join(folder, 'my-driver', 'my-driver.kho.json'), 'utf8');
  assert.match(scenario, /"release": "7\.2"/);
  const checked = kho(['check', 'my-driver'], folder);
  assert.match(checked.stdout, /4 files checked, no issues/);
});

test('a folder is checked with the C in it that uses KHO', (t) => {
  const folder = folderWith(t, {
    'a.kho': 'a { };\n',
    'uses.c': '#include <linux/kexec_handover.h>\nvoid f(void)\n{\n\tkho_preserve_folio(0);\n}\n',
    'other.c': 'int main(void) { return 0; }\n',
  });
  const { stdout } = kho(['check', '.'], folder);
  assert.match(stdout, /uses\.c:4:2.*\n?.*unchecked-result/);
  assert.match(stdout, /1 warning in 2 files/);
});

test('a release that no driver is written for is refused, with those that there are', (t) => {
  const folder = folderWith(t, {});
  const { status, stderr } = kho(['new', 'mine', '--c', '--release', 'seed'], folder);
  assert.equal(status, 2);
  assert.match(stderr, /seed: no driver in C is written for it, but for 7\.3, .*6\.19/);
  assert.deepEqual(readdirSync(folder), []);
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
