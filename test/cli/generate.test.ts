import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folderWith, kho } from './kho.ts';

const BINDING = `$id: demo-v2
title: A demo
kho-releases: [7.1..]
properties:
  compatible:
    const: demo-v2
  count:
    $ref: /schemas/types.yaml#/definitions/uint32
  part:
    type: object
    $ref: part-v1
required: [compatible, count, part]
`;
const PART = `$id: part-v1
title: A part
kho-releases: [7.1..]
$nodename:
  const: part
properties:
  compatible:
    const: part-v1
required: [compatible]
`;

test('C is written for a binding file and those beside it, once', (t) => {
  const folder = folderWith(t, { 'demo-v2.kho.yaml': BINDING, 'part-v1.kho.yaml': PART });
  const made = kho(['generate', 'c', 'demo-v2.kho.yaml', '--into', 'drivers'], folder);
  assert.equal(made.status, 0, made.stderr);
  assert.equal(made.stdout, 'drivers/demo_kho.h\ndrivers/demo_kho.c\n');
  const header = readFileSync(path.join(folder, 'drivers', 'demo_kho.h'), 'utf8');
  assert.match(header, /#define DEMO_KHO_VERSION\t+2\n/);
  assert.match(header, /struct part_state part;/);
  const again = kho(['generate', 'c', 'demo-v2.kho.yaml', '--into', 'drivers'], folder);
  assert.equal(again.status, 2);
  assert.match(again.stderr, /drivers\/demo_kho\.h: exists already; nothing is written/);
});

test('a binding that ships is known by its id, and the release chooses the calls', (t) => {
  const folder = folderWith(t, {});
  const args = ['generate', 'c', 'kho-test-v1', '--release', '6.18'];
  const made = kho(args, folder);
  assert.equal(made.status, 0, made.stderr);
  assert.deepEqual(readdirSync(folder).sort(), ['kho_test.c', 'kho_test.h']);
  const source = readFileSync(path.join(folder, 'kho_test.c'), 'utf8');
  assert.match(source, /kho_preserve_folio\(folio\)/);
  assert.doesNotMatch(source, /kho_alloc_preserve/);
});

test('what cannot be generated says why', (t) => {
  const folder = folderWith(t, { 'broken.kho.yaml': '$id: broken\n' });
  for (const [args, status, message] of [
    [['nothing-v1'], 2, /nothing-v1: is no \*\.kho\.yaml file, and no such binding; known are/],
    [['missing.kho.yaml'], 2, /missing\.kho\.yaml: no such file/],
    [['broken.kho.yaml'], 1, /the binding lacks `title`/],
    [['memblock-v1', '--release', '9.9'], 2, /no such release/],
  ] as const) {
    const run = kho(['generate', 'c', ...args], folder);
    assert.equal(run.status, status, run.stderr);
    assert.match(run.stderr, message);
  }
  assert.deepEqual(readdirSync(folder), ['broken.kho.yaml']);
});
