// The rows of the releases, fact by fact, and the page that shows them.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  API_HISTORY,
  apiOf,
  checkSource,
  isInReleases,
  NEWEST_RELEASE,
  RELEASES,
  type Release,
  releaseNamed,
} from '../../kho/index.ts';
import { matchGolden } from '../support/golden.ts';
import { COMMITS } from './release-commits.ts';
import { releaseDocument } from './release-document.ts';
import { SHIPPED } from './shipped-bindings.ts';

const NAMES = ['seed', 'v4', '6.16', '6.17', '6.18', '6.19', '7.0', '7.1', '7.2', '7.3'];

function row(name: string): Release {
  const release = releaseNamed(name);
  assert.ok(release !== undefined, name);
  return release;
}

/** Values in the order of NAMES; a number before one says how many releases have it. */
function inOrder(values: readonly (readonly [count: number, value: unknown])[]): unknown[] {
  return values.flatMap(([count, value]) => Array<unknown>(count).fill(value));
}

type Fact = (release: Release) => unknown;

const FACTS: readonly [string, Fact, readonly (readonly [number, unknown])[]][] = [
  [
    'root compatible',
    (each) => each.rootCompatible,
    [
      [7, 'kho-v1'],
      [1, 'kho-v3'],
      [2, 'kho-v4'],
    ],
  ],
  [
    'memory map',
    ({ memoryMap: map }) => (map.kind === 'bitmaps' ? map.bitmapBytes : map.kind),
    [
      [2, 'mem-properties'],
      [2, 512],
      [3, 'page'],
      [3, 'radix-tree'],
    ],
  ],
  [
    'subtree properties',
    ({ subtrees: tree }) =>
      tree.kind === 'inline' ? '' : `${tree.addressProperty} ${tree.sizeProperty ?? ''}`,
    [
      [2, ''],
      [5, 'fdt '],
      [3, 'preserved-data blob-size'],
    ],
  ],
  [
    'FDT size',
    (each) => each.fdtSize.kind,
    [
      [2, 'dt-max'],
      [8, 'one-page'],
    ],
  ],
  [
    'serialization',
    (each) => each.serialization,
    [
      [2, 'active'],
      [3, 'finalize-notifiers'],
      [2, 'finalize-map'],
      [3, 'live'],
    ],
  ],
  [
    'scratch regions',
    (each) => each.scratch.regions,
    [
      [1, 'one'],
      [9, 'list'],
    ],
  ],
  [
    'scratch alignment',
    (each) => each.scratch.alignment,
    [
      [1, 'page'],
      [7, 'cma-pageblock'],
      [2, 'max-order'],
    ],
  ],
  [
    'preserving memory in scratch',
    (each) => each.preserve.refusesScratch,
    [
      [2, true],
      [2, false],
      [6, true],
    ],
  ],
  [
    'ranges split where nodes meet',
    (each) => each.preserve.splitsAtNodes,
    [
      [7, false],
      [3, true],
    ],
  ],
  [
    'an error of kho_preserve_vmalloc() that is lost',
    (each) => each.preserve.losesVmallocErrors,
    [
      [4, false],
      [2, true],
      [4, false],
    ],
  ],
  [
    'a root without a map that is refused',
    ({ memoryMap: map }) => (map.kind === 'bitmaps' ? map.isRequired : map.kind === 'radix-tree'),
    [
      [5, false],
      [5, true],
    ],
  ],
  [
    'kho_scratch= with a size of 0, and with something behind',
    ({ scratch: { parameter } }) => `${parameter.acceptsZero} ${parameter.acceptsTrailing}`,
    [
      [4, 'false true'],
      [6, 'true false'],
    ],
  ],
  [
    'scratch extension',
    (each) => each.scratch.isExtended,
    [
      [9, false],
      [1, true],
    ],
  ],
  [
    'magic check',
    (each) => each.restore.checksMagic,
    [
      [4, false],
      [6, true],
    ],
  ],
  [
    'order limit',
    (each) => each.restore.refusesLargeOrders,
    [
      [2, false],
      [5, true],
      [3, false],
    ],
  ],
  [
    'x86_64 boot data',
    ({ bootData: { x86_64: data } }) =>
      data.kind === 'setup-data' && [data.type, data.payload.sizeBytes, data.payload.fields.length],
    [
      [1, [10, 48, 6]],
      [9, [10, 32, 4]],
    ],
  ],
  [
    'arm64 boot data',
    ({ bootData: { arm64: data } }) => data.kind === 'chosen' && data.properties.join(' '),
    [
      [1, 'linux,kho-dt linux,kho-scratch linux,kho-mem'],
      [1, 'linux,kho-dt linux,kho-scratch'],
      [8, 'linux,kho-fdt linux,kho-scratch'],
    ],
  ],
  [
    'parameters',
    (each) => each.parameters.map(({ name }) => name).join(' '),
    [
      [1, 'kho_scratch'],
      [4, 'kho kho_scratch'],
      [5, 'kho kho_scratch liveupdate'],
    ],
  ],
  [
    'file that finalizes',
    ({ userFiles: files }) =>
      files.find(({ mode }) => mode === 0o600)?.path.replace(/^.*\/kho\//, ''),
    [
      [2, 'active'],
      [5, 'out/finalize'],
      [3, undefined],
    ],
  ],
  formatFact('memblock', [2, undefined], [8, 'memblock-v1']),
  formatFact('kho_test', [4, undefined], [6, 'kho-test-v1']),
  formatFact('LUO', [5, undefined], [3, 'luo-v1'], [2, 'luo-v5']),
  formatFact(
    'LUO/session',
    [5, undefined],
    [1, 'luo-session-v1'],
    [2, 'luo-session-v2'],
    [2, undefined],
  ),
  formatFact('LUO/flb', [6, undefined], [2, 'luo-flb-v1'], [2, undefined]),
  formatFact('LUO/memfd', [5, undefined], [2, 'memfd-v1'], [3, 'memfd-v2']),
  formatFact('kexec-metadata', [7, undefined], [3, '1']),
];

function formatFact(
  name: string,
  ...values: readonly (readonly [number, string | undefined])[]
): [string, Fact, readonly (readonly [number, unknown])[]] {
  const fact: Fact = ({ formats }) => formats.find((each) => each.name === name)?.format;
  return [`format of ${name}`, fact, values];
}

test('the releases, oldest first', () => {
  assert.deepEqual(
    RELEASES.map(({ name }) => name),
    NAMES,
  );
  assert.equal(NEWEST_RELEASE, RELEASES.at(-1));
});

for (const [what, fact, values] of FACTS)
  test(`${what} by release`, () => {
    assert.deepEqual(RELEASES.map(fact), inOrder(values));
  });

// Function, signature up to its name and parameters, and the releases that have it so.
const SIGNATURES: readonly (readonly [string, string, string])[] = [
  ['kho_get_fdt', 'const void *(void)', 'seed..v4'],
  ['kho_is_active', 'bool (void)', 'seed'],
  ['is_kho_boot', 'bool (void)', 'seed, 6.18..7.3'],
  ['register_kho_notifier', 'int (struct notifier_block *nb)', 'seed..6.18'],
  ['kho_preserve_phys', 'int (phys_addr_t phys, size_t size)', '6.16..6.17'],
  ['kho_preserve_pages', 'int (struct page *page, unsigned int nr_pages)', '6.18..6.19'],
  ['kho_preserve_pages', 'int (struct page *page, unsigned long nr_pages)', '7.0..7.3'],
  ['kho_unpreserve_folio', 'void (struct folio *folio)', '6.19..7.3'],
  ['kho_preserve_vmalloc', 'int (void *ptr, struct kho_vmalloc *preservation)', '6.18..7.3'],
  ['kho_unpreserve_vmalloc', 'void (struct kho_vmalloc *preservation)', '6.19..7.3'],
  ['kho_alloc_preserve', 'void *(size_t size)', '6.19..7.3'],
  [
    'kho_add_subtree',
    'int (struct kho_serialization *ser, const char *name, void *fdt)',
    '6.16..6.18',
  ],
  ['kho_add_subtree', 'int (const char *name, void *fdt)', '6.19..7.0'],
  ['kho_add_subtree', 'int (const char *name, void *blob, size_t size)', '7.1..7.3'],
  ['kho_retrieve_subtree', 'int (const char *name, phys_addr_t *phys)', '6.16..7.0'],
  ['kho_retrieve_subtree', 'int (const char *name, phys_addr_t *phys, size_t *size)', '7.1..7.3'],
  ['kho_radix_add_key', 'int (struct kho_radix_tree *tree, unsigned long key)', '7.3'],
  ['liveupdate_enabled', 'bool (void)', '6.19..7.3'],
];

for (const [name, signature, range] of SIGNATURES)
  test(`${name} is ${signature} in ${range}`, () => {
    const having = RELEASES.filter(({ api }) =>
      api.some(
        (each) => each.name === name && each.signature.replace(`${name}(`, '(') === signature,
      ),
    ).map((each) => each.name);
    const expected = NAMES.filter((each) => isInReleases(each, range.split(', ')));
    assert.deepEqual(having, expected);
  });

test('a function is one thing in a release, and its signature names it', () => {
  const names = API_HISTORY.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { name, versions } of API_HISTORY) {
    for (const release of NAMES) {
      const found = versions.filter(({ releases }) => isInReleases(release, releases));
      assert.ok(found.length <= 1, `${name} is two things in ${release}`);
    }
    for (const { releases, signature } of versions) {
      assert.ok(signature.includes(`${name}(`), signature);
      const ends = releases.flatMap((range) => range.split('..')).filter((end) => end !== '');
      for (const end of ends) assert.ok(NAMES.includes(end), `${name}: ${end} is no release`);
    }
  }
});

test('a row has the functions of its release', () => {
  for (const release of RELEASES) assert.deepEqual(release.api, apiOf(release.name));
});

test('no row names anything twice', () => {
  for (const { name, formats, userFiles, parameters, api } of RELEASES) {
    const all = [formats, parameters, api].map((list) => list.map((each) => each.name));
    for (const list of [...all, userFiles.map(({ path }) => path)])
      assert.equal(new Set(list).size, list.length, `${name}: ${list}`);
  }
});

test('out/finalize fails as its release says', () => {
  const errorsOf = (name: string) =>
    row(name)
      .userFiles.find(({ path }) => path.endsWith('/out/finalize'))
      ?.writeErrors.map(({ error }) => error);
  assert.deepEqual(errorsOf('6.18'), ['EEXIST', 'ENOENT']);
  assert.deepEqual(errorsOf('7.0'), ['EINVAL']);
  assert.equal(errorsOf('7.1'), undefined);
});

// A tree says which release it is for: by its compatible, or by what it holds.
const MAP = 'preserved-memory-map = /bits/ 64 <0x1000>;';
const TREES: readonly (readonly [string, string, string])[] = [
  ['a map', `compatible = "kho-v1"; ${MAP}`, '7.0'],
  ['a node with an address only', 'compatible = "kho-v1"; n { fdt = /bits/ 64 <0x1000>; };', '7.0'],
  ['nothing but a name', 'compatible = "kho-v1";', 'seed'],
  ['a driver', 'compatible = "kho-v1"; n { compatible = "n-v1"; };', 'seed'],
  ['memory', 'compatible = "kho-v1"; n { mem = /bits/ 64 <0x1000 0x1000>; };', 'seed'],
  ['kho-v3', `compatible = "kho-v3"; ${MAP}`, '7.1'],
  ['kho-v4', `compatible = "kho-v4"; ${MAP}`, '7.3'],
  ['kho-v4 without a map', 'compatible = "kho-v4"; n { mem; };', '7.3'],
];

for (const [what, body, expected] of TREES)
  test(`a tree with ${what} is for ${expected}`, () => {
    const source = { path: 't.kho', text: `/dts-v1/; / { ${body} };` };
    assert.equal(checkSource(source, { bindings: SHIPPED }).release.name, expected);
  });

test('each commit is of a release, and they are in order', () => {
  const ages = COMMITS.map(({ release }) => NAMES.indexOf(release));
  assert.ok(!ages.includes(-1));
  assert.deepEqual(
    ages,
    [...ages].sort((a, b) => a - b),
  );
  for (const { commit } of COMMITS) assert.match(commit, /^[0-9a-f]{12}$/);
});

test('the page about releases is what the rows say', () => {
  matchGolden('docs/releases.md', releaseDocument());
});
