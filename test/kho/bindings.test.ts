import assert from 'node:assert/strict';
import test from 'node:test';
import { checkSource, isInReleases, loadBinding, releaseNamed } from '../../kho/index.ts';
import { BINDING_SOURCES, SHIPPED } from './shipped-bindings.ts';

for (const source of BINDING_SOURCES)
  test(`${source.path} is a binding and is called like what it describes`, () => {
    const { value, issues } = loadBinding(source);
    assert.deepEqual(issues, []);
    assert.equal(source.path, `bindings/${value?.id}.kho.yaml`);
    assert.notEqual(value?.definedIn, '');
    assert.notEqual(value?.onMismatch, '');
  });

/** A binding with `lines` among its properties. */
function withProperty(...lines: string[]): string {
  return [
    '$id: x-v1',
    'title: X',
    'kho-releases: [seed]',
    'properties:',
    '  compatible:',
    '    const: x-v1',
    '  state:',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}

// What is wrong, where it is underlined, and what is said.
const BAD: readonly [string, string, string, RegExp][] = [
  ['', '', 'binding-schema', /must be object/],
  ['- a', '- a', 'binding-schema', /must be object/],
  ['$id: [', '[', 'binding-syntax', /./],
  ['$id: x-v1\ntitle: X', '$id: x-v1', 'binding-schema', /lacks `kho-releases`/],
  [withProperty('typ: 1'), 'typ', 'binding-schema', /`typ` is not a word/],
  [withProperty('kho-struct: nope'), 'nope', 'binding-meaning', /no struct is called nope/],
  [
    withProperty('$ref: /schemas/types.yaml#/definitions/uint64-matrix'),
    '/schemas/types.yaml#/definitions/uint64-matrix',
    'binding-meaning',
    /a matrix needs `items`/,
  ],
  [
    withProperty('$ref: /schemas/types.yaml#/definitions/uint48'),
    '/schemas/types.yaml#/definitions/uint48',
    'binding-schema',
    /must match pattern/,
  ],
  [
    withProperty('$ref: /schemas/types.yaml#/definitions/uint64', 'const: 9007199254740993'),
    '9007199254740993',
    'binding-meaning',
    /not an exact integer/,
  ],
  [`${withProperty('description: s')}\nrequired: [stat]`, 'stat', 'binding-meaning', /`stat`/],
  [withProperty("pattern: '['"), 'pattern', 'binding-schema', /regex/],
];

for (const [text, underlined, rule, message] of BAD)
  test(`a binding that is wrong: ${message.source} (${text.split('\n').at(-1)})`, () => {
    const { value, issues } = loadBinding({ path: 'x.kho.yaml', text });
    assert.equal(value, undefined);
    const [issue] = issues;
    assert.ok(issue?.span);
    assert.equal(issue.rule, rule);
    assert.match(issue.message, message);
    if (underlined !== '')
      assert.equal(text.slice(issue.span.start, issue.span.end).trim(), underlined);
  });

test('what YAML misses at the end of a file is underlined inside it', () => {
  for (const text of ['$id: "x', '$id: [', 'a: [1,\nb', '"']) {
    const { issues } = loadBinding({ path: 'x.kho.yaml', text });
    const spans = issues.map(({ span }) => [span?.start ?? -1, span?.end ?? -1]);
    assert.ok(spans.length > 0);
    for (const [start = -1, end = -1] of spans)
      assert.ok(start >= 0 && start < end && end <= text.length, `${text}: ${start}-${end}`);
  }
});

test('YAML that expands without end is refused', () => {
  const levels = Array.from({ length: 9 }, (_, i) => {
    const before = i === 0 ? 'x' : `*a${i - 1}`;
    return `a${i}: &a${i} [${Array(9).fill(before).join(', ')}]`;
  });
  const { value, issues } = loadBinding({ path: 'x.kho.yaml', text: levels.join('\n') });
  assert.equal(value, undefined);
  assert.equal(issues[0]?.rule, 'binding-syntax');
});

const RANGES: readonly [string, readonly string[], boolean][] = [
  ['seed', ['seed'], true],
  ['7.3', ['seed'], false],
  ['7.3', ['6.16..'], true],
  ['7.10', ['7.2..7.9'], false],
  ['7.2', ['7.2..7.9'], true],
  ['6.18', ['7.1..'], false],
  ['seed', ['6.16..'], false],
  ['seed', ['seed..'], true],
  ['v4', ['seed..v4'], true],
];

for (const [name, ranges, expected] of RANGES)
  test(`${name} is ${expected ? '' : 'not '}in ${ranges.join(', ')}`, () =>
    assert.equal(isInReleases(name, ranges), expected));

const LUO_SESSION =
  'luo-session { compatible = "luo-session-v1"; luo-session-header = <0x101000000>; };';

// A tree that is right in a release, and what is said of it after one replacement. Cells have the
// widths of the binding, so that addresses above 4 GiB compile only where it is the right one.
const TREES: readonly [
  binding: string,
  release: string,
  text: string,
  ...(readonly [from: string, to: string, issue: RegExp])[],
][] = [
  [
    'kho-root-seed',
    'seed',
    `/ { compatible = "kho-v1";
      x { compatible = "ftrace,cpu-v1"; cpu = <0>; mem = <0x101000000 1 0 1>; }; };`,
    ['0 1>', '0>', /mem-length: .*24 bytes/],
  ],
  [
    'kho-root-seed',
    'v4',
    '/ { compatible = "kho-v1"; };',
    ['kho-v1', 'kho-v2', /root-compatible: .*`kho-v2`/],
  ],
  [
    'kho-v1',
    '6.16',
    '/ { compatible = "kho-v1"; preserved-memory-map = <0>; memblock { fdt = <0x101000000>; }; };',
    ['fdt = <', 'fdt = <0 ', /property-type: `fdt` has 16 bytes/],
    ['fdt =', 'blob-size = <1>; fdt =', /unknown-property: `blob-size`/],
    ['map = <0>', 'map = /bits/ 32 <0>', /cell-width: .*32 bits/],
    ['kho-v1', 'kho-v3', /compatible-release: `kho-v3` does not exist in Linux 6.16/],
  ],
  [
    'kho-v3',
    '7.1',
    `/ { compatible = "kho-v3"; preserved-memory-map = <0x101000000>;
      LUO { preserved-data = <0x102000000>; blob-size = <32>; }; };`,
    ['blob-size = <32>', 'blob-size = <3 2>', /property-type: `blob-size` has 16 bytes/],
    ['kho-v3', 'kho-v4', /compatible-release: `kho-v4` does not exist in Linux 7.1/],
  ],
  [
    'luo-session-v1',
    '6.19',
    `/ { compatible = "luo-v1"; liveupdate-number = <0x100000000>; ${LUO_SESSION} };`,
    ['liveupdate-number = <0x100000000>;', '', /required-property: .*`liveupdate-number`/],
    [LUO_SESSION, '', /required-property: `\/` lacks `luo-session`/],
    ['luo-session-header = ', 'x = ', /required-property: .*`luo-session-header`/],
    ['session-v1', 'session-v2', /compatible-release: `luo-session-v2` does not exist/],
    ['luo-session {', 'sessions {', /compatible-node-name: .*`luo-session`/],
  ],
  [
    'luo-session-v2',
    '7.0',
    `/ { compatible = "luo-v1"; liveupdate-number = <1>; ${LUO_SESSION.replace('v1', 'v2')}
      luo-flb { compatible = "luo-flb-v1"; luo-flb-header = <0x101000000>; }; };`,
    ['flb-header = <', 'flb-header = <0 ', /property-type: `luo-flb-header` has 16 bytes/],
    ['"luo-flb-v1"', '"luo-flb-v1"; more', /unknown-property: `more`/],
    ['luo-flb {', 'luo-flbs {', /unknown-node: `luo-flbs`/],
  ],
  [
    'guestmemfs-v1',
    'seed',
    `/ { compatible = "kho-v1"; guestmemfs { compatible = "guestmemfs-v1";
      fs_mem { mem = <0x240000001 0x40000000>; };
      superblock { mem = <0x101000000 0x28 0x101200000 0x200000 0x101400000 0x100000>; };
      mappings_blocks { mem = <0x101003000 0x1000 0x101004000 0x1000>; };
      mappings_to_inode { num_inodes = <2>; mem = <0x101002000 0x1000>; }; }; };`,
    ['0x28 ', '0x28 1 1 ', /item-count: `mem` has 4 items and must have at most 3/],
    ['fs_mem { mem', 'fs_mem { men', /required-property: `fs_mem` lacks `mem`/],
    ['num_inodes = <2>;', '', /required-property: .*`num_inodes`/],
    ['mappings_blocks {', 'mappings_block {', /required-property: .*`mappings_blocks`/],
  ],
];

/** What checking `text` finds in the release called `name`, as `rule: message`. */
function findings(text: string, name: string): readonly string[] {
  const release = releaseNamed(name);
  assert.ok(release !== undefined, name);
  const source = { path: 'x.kho.dts', text: `/dts-v1/;\n${text}` };
  const { issues } = checkSource(source, { bindings: SHIPPED, release });
  return issues.map(({ rule, message }) => `${rule}: ${message}`);
}

for (const [binding, release, text, ...wrongs] of TREES) {
  test(`a tree of ${release} with what ${binding} describes is right`, () =>
    assert.deepEqual(findings(text, release), []));
  for (const [from, to, issue] of wrongs)
    test(`${binding} of ${release} with ${to} for ${from}: ${issue.source}`, () => {
      assert.ok(text.includes(from), from);
      const found = findings(text.replace(from, to), release);
      const isFound = found.some((each) => issue.test(each));
      assert.ok(isFound, found.join('\n'));
    });
}
