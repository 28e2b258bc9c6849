// What rules offer to repair: applied to the source, the issue is gone and nothing else is worse.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { applyEdits, type SourceFile } from '../../fdt/index.ts';
import { type CheckedSource, checkSource, fixesFor, releaseNamed } from '../../kho/index.ts';
import { SHIPPED } from './shipped-bindings.ts';

function check(source: SourceFile, release?: string): CheckedSource {
  const row = releaseNamed(release ?? '');
  return checkSource(source, { bindings: SHIPPED, ...(row === undefined ? {} : { release: row }) });
}

function errorsIn({ issues }: CheckedSource): number {
  return issues.filter(({ severity }) => severity === 'error').length;
}

/** A root of Linux 7.3 with one property or node more. */
function root73(more: string): string {
  return `/dts-v1/;\n/ {\n\tcompatible = "kho-v4";\n\tpreserved-memory-map = <0x1000>;\n${more}\n};\n`;
}

/** A node of the tracer's buffers with another value of `mem`. */
function cpu(mem: string): string {
  return `cpu0 {\n\tcompatible = "ftrace,cpu-v1";\n\tcpu = <0>;\n\tmem = ${mem};\n};\n`;
}

// The rule, a source it reports, a repair, and the line that it makes of it.
const FIXES: readonly [string, string, string, string][] = [
  ['missing-version', '/ { a = <1>; };', 'Insert /dts-v1/;', '/dts-v1/;'],
  ['syntax-error', '/dts-v1/;\n/ { a = <1>\n};', 'Insert ;', '/ { a = <1>;'],
  [
    'cell-overflow',
    '/dts-v1/;\n/ {\n\ta = <0x101000000>;\n};',
    'Write /bits/ 64',
    '\ta = /bits/ 64 <0x101000000>;',
  ],
  [
    'required-property',
    'ftrace {\n\tcompatible = "ftrace-v1";\n\tevens = <1 1>;\n};',
    'Rename evens to events',
    '\tevents = <1 1>;',
  ],
  [
    'subtree-properties',
    '/dts-v1/;\n/ {\n\tcompatible = "kho-v4";\n\tLUO {\n\t\tpreserved-data = <0x1000>;\n\t\tblob-sise = <0x10>;\n\t};\n};',
    'Rename blob-sise to blob-size',
    '\t\tblob-size = <0x10>;',
  ],
  [
    'required-property',
    'ftrace {\n\tcompatible = "ftrace-v1";\n};',
    'Add events',
    '\tevents = <0x0 0x0>;',
  ],
  [
    'required-property',
    '/dts-v1/;\n/ {\n\tcompatible = "memblock-v1";\n\ttrace {\n\t\tstart = <0x1000>;\n\t\tsize = <0x1000>;\n\t};\n};',
    'Add compatible',
    '\t\tcompatible = "reserve-mem-v1";',
  ],
  [
    'unknown-property',
    'ftrace {\n\tcompatible = "ftrace-v1";\n\tevents = <1 1>;\n\tg {\n\t\tcompatible = "ftrace,array-v1";\n\t\ttrace_flags = <1>;\n\t\ttrace-flags = <1>;\n\t};\n};',
    'Rename to trace-flags',
    '\t\ttrace-flags = <1>;',
  ],
  [
    'byte-swapped-value',
    '/dts-v1/;\n/ {\n\tcompatible = "kho-v4";\n\tpreserved-memory-map = <0x00b0270000000000>;\n};',
    'Write 0x27b000',
    '\tpreserved-memory-map = <0x27b000>;',
  ],
  [
    'cell-width',
    '/dts-v1/;\n/ {\n\tcompatible = "kho-v4";\n\tpreserved-memory-map = /bits/ 32 <0x1000 0>;\n};',
    'Write /bits/ 64',
    '\tpreserved-memory-map = /bits/ 64 <0x1000 0>;',
  ],
  [
    'subtree-properties',
    '/dts-v1/;\n/ {\n\tcompatible = "kho-v4";\n\tpreserved-memory-map = <0x1000>;\n\ta {\n\t\tfdt = /bits/ 64 <0x2000>;\n\t\tblob-size = <64>;\n\t};\n};',
    'Rename to preserved-data',
    '\t\tpreserved-data = /bits/ 64 <0x2000>;',
  ],
  [
    'devicetree-semantics',
    '/dts-v1/;\n/ {\n\t#address-cells = <2>;\n\ta = <1>;\n};',
    'Remove #address-cells',
    '\ta = <1>;',
  ],
  ['mem-length', cpu('<1 2 3>'), 'Add 0x0 for the missing cell', '\tmem = <1 2 3 0x0>;'],
  ['mem-length', cpu('<1 2 3>'), 'Drop the last cell', '\tmem = <1 2>;'],
  ['mem-length', cpu('<1 2>, <3>'), 'Drop the last cell', '\tmem = <1 2>;'],
  [
    'mem-length',
    cpu('<1 2>, <(1 + 2)>'),
    'Add 0x0 for the missing cell',
    '\tmem = <1 2>, <(1 + 2) 0x0>;',
  ],
  ['item-count', cpu('<1 2>'), 'Add 2 cells of 0x0', '\tmem = <1 2 0x0 0x0>;'],
  ['item-count', cpu('<1 2>, <3 4>, <5 6>'), 'Drop the last 2 cells', '\tmem = <1 2>, <3 4>;'],
  [
    'property-type',
    root73('\tm {\n\t\tpreserved-data = "0x2000";\n\t};'),
    'Write <0x2000>',
    '\t\tpreserved-data = <0x2000>;',
  ],
  [
    'property-type',
    root73('\tm {\n\t\tpreserved-data = <0x1 0x2000>;\n\t};'),
    'Write 0x100002000',
    '\t\tpreserved-data = <0x100002000>;',
  ],
  [
    'property-type',
    root73('\tm {\n\t\tpreserved-data = <0x1 0x2000>;\n\t};'),
    'Drop the last cell',
    '\t\tpreserved-data = <0x1>;',
  ],
  [
    'unaligned-preserved-data',
    root73('\tm {\n\t\tpreserved-data = <0x2010>;\n\t\tblob-size = <64>;\n\t};'),
    'Write 0x2000',
    '\t\tpreserved-data = <0x2000>;',
  ],
  [
    'subtree-properties',
    root73('\tm {\n\t\tpreserved-data = <0x2000>;\n\t};'),
    'Add blob-size = <0x0>',
    '\t\tblob-size = <0x0>;',
  ],
  [
    'unknown-compatible',
    'a {\n\tcompatible = "ftrace-v2";\n};',
    'Write "ftrace-v1"',
    '\tcompatible = "ftrace-v1";',
  ],
  [
    'byte-swapped-value',
    root73('\tm {\n\t\tpreserved-data = /bits/ 32 <1 0x10a000>;\n\t\tblob-size = <64>;\n\t};'),
    'Write 0x10010a000',
    '\t\tpreserved-data = /bits/ 64 <0x10010a000>;',
  ],
  [
    'subtree-name',
    root73('\tm#m {\n\t\tpreserved-data = <0x2000>;\n\t\tblob-size = <64>;\n\t};'),
    'Rename to m-m',
    '\tm-m {',
  ],
  [
    'reference-width',
    'a: b { x = /bits/ 64 <&a>; };',
    'Write /bits/ 32',
    'a: b { x = /bits/ 32 <&a>; };',
  ],
  ['bad-literal', 'a { x = <08>; };', 'Write 8', 'a { x = <8>; };'],
  ['undefined-label', 'a { l1: b { }; x = &l2; };', 'Write l1', 'a { l1: b { }; x = &l1; };'],
  [
    'undefined-path',
    '/dts-v1/;\n/ { a { b@1 { }; }; x = &{/a/b}; };',
    'Write b@1',
    '/ { a { b@1 { }; }; x = &{/a/b@1}; };',
  ],
  ['duplicate-label', 'l: a { l: b { }; };', 'Remove the label l', 'l: a { b { }; };'],
  ['property-after-node', 'a {\n\tb { };\n\tx = <1>;\n};', 'Move x before the nodes', '\tx = <1>;'],
  ['bad-cell-width', 'a { x = /bits/ 24 <1>; };', 'Write /bits/ 32', 'a { x = /bits/ 32 <1>; };'],
  ['bad-node-name', 'a { b#1@2@3 { }; };', 'Rename to b-1@2-3', 'a { b-1@2-3 { }; };'],
  ['bad-property-name', 'a { b@1 = <1>; };', 'Rename to b-1', 'a { b-1 = <1>; };'],
];

for (const [rule, text, title, line] of FIXES)
  test(`${rule}: ${title}`, () => {
    const source = { path: 'a.kho', text };
    const before = check(source);
    const offered = before.issues
      .filter((issue) => issue.rule === rule)
      .flatMap((issue) => fixesFor(before, issue));
    const fix = offered.find((each) => each.title === title);
    assert.ok(fix !== undefined, `${offered.map((each) => each.title)}`);
    const repaired = applyEdits(source, fix.edits);
    assert.ok(repaired.split('\n').includes(line), repaired);
    const after = check({ path: 'a.kho', text: repaired }, before.release.name);
    const countOf = ({ issues }: CheckedSource): number =>
      issues.filter((each) => each.rule === rule).length;
    assert.ok(countOf(after) < countOf(before), `${rule} is still there`);
  });

/** The sources of a page of docs/rules that are called bad. */
function badExamples(): [string, string, string | undefined][] {
  return readdirSync('docs/rules').flatMap((file) => {
    const page = readFileSync(`docs/rules/${file}`, 'utf8');
    const section = page.split(/^## /m).find((each) => each.startsWith('Bad\n'));
    const fence = /```kho([^\n]*)\n([\s\S]*?)\n```/.exec(section ?? '');
    if (fence === null) return [];
    return [[file, `${fence[2]}\n`, /release=(\S+)/.exec(fence[1] ?? '')?.[1]]];
  });
}

test('every repair that rules call obvious makes no source worse', () => {
  let count = 0;
  for (const [file, text, release] of badExamples()) {
    const source = { path: file, text };
    const before = check(source, release);
    for (const issue of before.issues) {
      const { rule } = issue;
      for (const fix of fixesFor(before, issue)) {
        const repaired = applyEdits(source, fix.edits);
        assert.notEqual(repaired, text, `${file}: ${fix.title} changes something`);
        const isTextWhole = (found: CheckedSource): boolean =>
          !found.issues.some((each) => each.rule === 'syntax-error');
        const result = check({ path: file, text: repaired }, before.release.name);
        assert.ok(isTextWhole(result) || !isTextWhole(before), `${file}: ${fix.title} breaks it`);
        if (!fix.isObvious) continue;
        count += 1;
        const after = check(
          { path: file, text: applyEdits(source, fix.edits) },
          before.release.name,
        );
        const countOf = (found: CheckedSource): number =>
          found.issues.filter((each) => each.rule === rule).length;
        assert.ok(countOf(after) < countOf(before), `${file}: ${fix.title} repairs ${rule}`);
        assert.ok(
          errorsIn(after) <= errorsIn(before),
          `${file}: ${rule}: ${fix.title} gives ${after.issues.map((each) => each.message)}`,
        );
      }
    }
  }
  assert.ok(count > 5, `${count} repairs`);
});

/** Rules for which only the writer of the tree knows what is right. */
const WITHOUT_REPAIR: readonly string[] = [
  // What a phandle, a size, an address or a range should be instead.
  ...['bad-phandle', 'blob-size', 'division-by-zero', 'mem-range', 'memory-map-property'],
  ...['reserve-mem-entries', 'shared-preserved-data', 'subtree-overlap'],
  // Which of two goes, and where it goes.
  ...['duplicate-node', 'include-not-found', 'subtree-name-collision'],
];

test('every rule about a source offers a repair, or there is none', () => {
  const without = badExamples().flatMap(([file, text, release]) => {
    const rule = file.replace('.md', '');
    const checked = check({ path: file, text }, release);
    const found = checked.issues.filter((each) => each.rule === rule);
    const isInTable = FIXES.some(([each]) => each === rule);
    const isRepaired = isInTable || found.some((each) => fixesFor(checked, each).length > 0);
    return found.length === 0 || isRepaired ? [] : [rule];
  });
  // These have one where another name is near, or where another release has a sibling.
  const sometimes = ['compatible-release', 'unknown-node'];
  assert.deepEqual(without.sort(), [...WITHOUT_REPAIR, ...sometimes].sort());
});
