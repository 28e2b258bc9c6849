// Broken and hostile input: always an answer, never an exception, and soon.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  compileDts,
  fdtCheckHeader,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtPathOffset,
  type Issue,
  parseDts,
  printDts,
  readFdt,
  type SourceFile,
  writeFdt,
} from '../../fdt/index.ts';
import { testData } from '../support/tools.ts';
import { build, hostOf, readSource } from './dts.ts';
import { damageBytes, damageText, randomFrom, randomSource } from './random-source.ts';

/** Everything that can be done with a text; its issues must lie within it. */
function exercise(source: SourceFile): Issue[] {
  const parsed = parseDts(source, { host: hostOf() });
  const compiled = compileDts(parsed.value, { byteOrder: 'little', symbols: true });
  const blob = writeFdt(compiled.value);
  const issues = [...parsed.issues, ...compiled.issues];
  for (const { span } of issues) {
    if (span === undefined) continue;
    assert.ok(span.start >= 0 && span.start <= span.end, 'a span is reversed');
    assert.ok(span.end <= span.source.text.length, 'a span ends outside its file');
  }
  for (const property of compiled.value.root.properties) assert.ok(property.pieces.length >= 0);
  assert.ok(readFdt(blob).value !== undefined);
  return issues;
}

test('damaged sources', (t) => {
  const folder = testData(t, 'corpus/dtc-tests');
  const files =
    folder === undefined ? [] : readdirSync(folder).filter((one) => one.endsWith('.dts'));
  const sources = files.map((file) => readSource(path.join(folder as string, file)));
  for (let seed = 1; seed <= 3000; seed++) {
    const random = randomFrom(seed);
    const known = sources[Math.floor(random() * (sources.length + 20))];
    const source = known ?? { path: `seed-${seed}.dts`, text: randomSource(seed) };
    const text = damageText(source.text, random);
    try {
      exercise({ ...source, text });
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}\n${text}`, { cause: error });
    }
  }
});

test('damaged blobs', () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const random = randomFrom(seed);
    const blob = damageBytes(build(randomSource(seed % 40)).blob, random);
    try {
      const { value } = readFdt(blob);
      if (value !== undefined) {
        writeFdt(value);
        exercise({ path: 'printed.dts', text: printDts(value, { byteOrder: 'big' }) });
      }
      fdtCheckHeader(blob);
      const offset = fdtPathOffset(blob, 'a/b');
      fdtGetprop(blob, offset, 'reg');
      fdtNodeCheckCompatible(blob, fdtPathOffset(blob, '/cpus'), 'x');
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
    }
  }
});

const HEAD = '/dts-v1/;\n/ {\n';

/** What a text of some size must be done with, in time that does not depend on its shape. */
const LARGE: readonly (readonly [string, () => string, string?])[] = [
  ['deep nodes', () => 'a {'.repeat(100_000), 'limit-exceeded'],
  ['4000 levels', () => `${HEAD}${'a {'.repeat(4000)}${'};'.repeat(4000)}};`],
  ['deep parentheses', () => `${HEAD}a = <${'('.repeat(100_000)}>;};`, 'limit-exceeded'],
  ['9000 parentheses', () => `${HEAD}a = <${'('.repeat(9000)}1${')'.repeat(9000)}>;};`],
  ['unary operators', () => `${HEAD}a = <(${'-~!'.repeat(3000)}1)>;};`],
  ['ternaries', () => `${HEAD}a = <(${'1 ? '.repeat(50_000)}1${' : 2'.repeat(50_000)})>;};`],
  ['siblings', () => `${HEAD}${lines(100_000, (i) => `n${i} { };`)}};`],
  ['properties', () => `${HEAD}${lines(100_000, (i) => `p${i};`)}};`],
  ['one name', () => `${HEAD}${lines(100_000, () => 'n { };')}};`, 'duplicate-node'],
  ['one label', () => `${HEAD}${lines(50_000, (i) => `l: n${i} { };`)}};`, 'duplicate-label'],
  ['labels of a node', () => `${HEAD}n { };};${lines(50_000, (i) => `l${i}: &{/n} { };`)}`],
  ['labels of a property', () => `${HEAD}${lines(50_000, (i) => `l${i}:`)} a; };`],
  ['references', () => `${HEAD}l: n { };};${lines(50_000, () => '&l { a = <&l>; };')}`],
  ['omitted', () => `${HEAD}${lines(50_000, (i) => `/omit-if-no-ref/ n${i} { };`)}};`],
  ['phandles', () => `${HEAD}${lines(50_000, (i) => `l${i}: n${i} { a = <&l${i}>; };`)}};`],
  [
    'fixups',
    () =>
      `/dts-v1/;/plugin/;/ {${lines(50_000, (i) => `l${i}: n${i} { a = <&l${i} &x${i}>; };`)}};`,
  ],
  ['long name', () => `${HEAD}${'n'.repeat(1_000_000)};};`],
  ['nested names', () => `${HEAD}${lines(1000, (i) => `${'n'.repeat(i + 1)};`)}};`],
  ['digits', () => `${HEAD}a = <0x${'1'.repeat(1_000_000)}>;};`, 'bad-literal'],
  ['bytes', () => `${HEAD}a = [${'abcd'.repeat(250_000)}];};`],
  ['open comment', () => `${HEAD}/* ${'x'.repeat(1_000_000)}`, 'syntax-error'],
  ['open strings', () => lines(20_000, () => '"'), 'syntax-error'],
  ['quotes', () => '"\n'.repeat(20_000), 'syntax-error'],
  ['garbage', () => '@ ] > '.repeat(100_000), 'syntax-error'],
  ['braces', () => '{'.repeat(100_000), 'syntax-error'],
];

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
}

for (const [name, text, rule] of LARGE) {
  test(`large: ${name}`, { timeout: 20_000 }, () => {
    const issues = exercise({ path: 'large.dts', text: text() });
    const rules = issues.filter((issue) => issue.severity === 'error').map((issue) => issue.rule);
    if (rule === undefined) assert.deepEqual(rules, []);
    else assert.ok((rules as string[]).includes(rule), `${rule} is not in [${rules.slice(0, 5)}]`);
  });
}

test('includes that multiply stop at a limit', { timeout: 20_000 }, () => {
  const twice = (name: string): string => `/include/ "${name}x"\n/include/ "${name}x"\n`;
  const host = {
    readInclude: (name: string) => ({ path: name, text: name.length > 30 ? '' : twice(name) }),
    readBytes: () => new Uint8Array(10_000_000),
  };
  const { issues } = parseDts({ path: 'a', text: twice('x') }, { host });
  assert.ok(issues.some((issue) => issue.rule === 'limit-exceeded'));
  const text = `${HEAD}${lines(50, (i) => `a${i} = /incbin/("x");`)}};`;
  const built = build({ path: 'a', text }, {}, host);
  assert.ok(built.issues.some((issue) => issue.rule === 'limit-exceeded'));
});
