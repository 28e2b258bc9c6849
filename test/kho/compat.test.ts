import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type Binding,
  checkSource,
  compare,
  compareBindings,
  isCompatible,
  loadBinding,
  RELEASES,
  readerOfRelease,
  releaseNamed,
  type Verdict,
  writerOfRelease,
  writerOfTree,
} from '../../kho/index.ts';
import { SHIPPED } from './shipped-bindings.ts';

function verdicts(a: string, b: string): readonly Verdict[] {
  const [from, to] = [releaseNamed(a), releaseNamed(b)];
  assert.ok(from !== undefined && to !== undefined);
  return compare(writerOfRelease(from), readerOfRelease(to));
}

function outcomes(found: readonly Verdict[]): Record<string, string> {
  return Object.fromEntries(found.map(({ name, outcome }) => [name, outcome]));
}

// Who hands over, who takes over, and the root's fate.
const ROOTS: readonly [string, string, Verdict['outcome'], RegExp][] = [
  ['seed', 'seed', 'understood', /subtrees are found/],
  ['seed', '6.16', 'misread', /scratch memory for a list/],
  ['seed', '7.3', 'refused', /boots as if nothing was handed over/],
  ['7.3', 'seed', 'misread', /list of scratch regions for scratch memory/],
  ['v4', '6.16', 'refused', /finds no `preserved-memory-map`/],
  ['6.16', 'v4', 'misread', /reserves none of the preserved memory/],
  ['6.16', '6.17', 'understood', /found/],
  ['6.17', '6.18', 'misread', /512 bytes are read as bitmaps of a page/],
  ['6.18', '6.17', 'misread', /does not reserve most/],
  ['6.18', '6.19', 'understood', /found/],
  ['7.0', '7.1', 'refused', /warns once/],
  ['7.1', '7.2', 'refused', /warns once/],
  ['7.2', '7.3', 'understood', /found/],
  ['7.3', '7.2', 'understood', /found/],
];

for (const [a, b, outcome, what] of ROOTS)
  test(`the root of ${a} is ${outcome} by ${b}`, () => {
    const root = verdicts(a, b)[0];
    assert.equal(root?.name, 'root');
    assert.equal(root.outcome, outcome);
    assert.match(root.what, what);
  });

test('every release understands itself', () => {
  for (const { name } of RELEASES) assert.ok(isCompatible(verdicts(name, name)), name);
});

test('what LUO of 6.19 hands over makes 7.0 panic, and the other way round', () => {
  for (const [a, b] of [
    ['6.19', '7.0'],
    ['7.0', '6.19'],
  ] as const) {
    const session = verdicts(a, b).find(({ name }) => name === 'LUO/session');
    assert.equal(session?.outcome, 'refused');
    assert.match(session.what, /panics while it boots/);
    assert.ok(!isCompatible(verdicts(a, b)));
  }
});

test('what a kernel before LUO does not look for is missing', () => {
  assert.deepEqual(outcomes(verdicts('6.19', '6.18')), {
    root: 'understood',
    memblock: 'understood',
    kho_test: 'understood',
    LUO: 'missing',
    'LUO/session': 'missing',
    'LUO/memfd': 'missing',
  });
});

test('pages of two sizes are a misreading', () => {
  const [release] = RELEASES.slice(-1);
  assert.ok(release !== undefined);
  const [root] = compare(
    { ...writerOfRelease(release), pageSizeBytes: 4096 },
    { ...readerOfRelease(release), pageSizeBytes: 65536 },
  );
  assert.equal(root?.outcome, 'misread');
  assert.match(root.what, /pages of 4 KiB and is read with pages of 64 KiB/);
});

test('a tree names its subtrees, and those of no kernel are asked for a binding', () => {
  const text = `/dts-v1/;
/ {
  compatible = "kho-v4";
  preserved-memory-map = <0x1000>;
  memblock { preserved-data = <0x2000>; blob-size = <64>; };
  mine { preserved-data = <0x3000>; blob-size = <64>; };
};
`;
  const { tree, release } = checkSource({ path: 'a.kho', text }, { bindings: SHIPPED });
  const found = compare(writerOfTree(tree, release, true, 'a.kho'), readerOfRelease(release));
  assert.deepEqual(outcomes(found), {
    root: 'understood',
    memblock: 'understood',
    mine: 'unknown',
  });
});

function binding(text: string): Binding {
  const { value, issues } = loadBinding({ path: 'a.kho.yaml', text });
  assert.deepEqual(issues, []);
  assert.ok(value !== undefined);
  return value;
}

function versionOf(count: string, releases = '7.1..', compatible = 'mine-v1'): Binding {
  return binding(`$id: ${compatible}
title: Mine
kho-releases: [${releases}]
kho-on-mismatch: The driver starts afresh
properties:
  compatible:
    const: ${compatible}
  count:
    ${count}
required: [compatible, count]
additionalProperties: false
`);
}

const U32 = '$ref: /schemas/types.yaml#/definitions/uint32';
const U64 = '$ref: /schemas/types.yaml#/definitions/uint64';

// Two versions of one binding and what whoever reads by the second makes of the first.
const BINDINGS: readonly [string, Binding, Binding, Verdict['outcome'], RegExp][] = [
  ['the same', versionOf(U32), versionOf(U32), 'understood', /same/],
  ['a wider field', versionOf(U32), versionOf(U64), 'refused', /was u32 and is read as u64/],
  [
    'another meaning',
    versionOf(U64),
    versionOf(`${U64}\n    kho-phys: { of: a page }`),
    'misread',
    /was not a physical address/,
  ],
  [
    'another unit',
    versionOf(`${U64}\n    kho-unit: bytes`),
    versionOf(`${U64}\n    kho-unit: pages`),
    'misread',
    /was in bytes and is read in pages/,
  ],
  ['a new version', versionOf(U32), versionOf(U64, '7.1..', 'mine-v2'), 'refused', /afresh/],
  ['another driver', versionOf(U32), versionOf(U32, '7.1..', 'yours-v1'), 'missing', /no binding/],
];

for (const [name, before, after, outcome, what] of BINDINGS)
  test(`bindings: ${name}`, () => {
    const [found] = compareBindings([before], [after]);
    assert.equal(found?.outcome, outcome);
    assert.match(found.what, what);
  });
