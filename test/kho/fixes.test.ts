// What rules offer to repair: applied to the source, the issue is gone and nothing else is worse.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { applyEdits, type Issue, type SourceFile } from '../../fdt/index.ts';
import { type CheckedSource, checkSource, releaseNamed } from '../../kho/index.ts';
import { SHIPPED } from './shipped-bindings.ts';

function check(source: SourceFile, release?: string): CheckedSource {
  const row = releaseNamed(release ?? '');
  return checkSource(source, { bindings: SHIPPED, ...(row === undefined ? {} : { release: row }) });
}

function errorsIn({ issues }: CheckedSource): number {
  return issues.filter(({ severity }) => severity === 'error').length;
}

// The rule, a source it reports, the first repair, and the line that it makes of it.
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
];

for (const [rule, text, title, line] of FIXES)
  test(`${rule}: ${title}`, () => {
    const source = { path: 'a.kho', text };
    const before = check(source);
    const issue = before.issues.find((each) => each.rule === rule && each.fixes !== undefined);
    const fix = issue?.fixes?.[0];
    assert.equal(fix?.title, title);
    const repaired = applyEdits(source, fix.edits);
    assert.ok(repaired.split('\n').includes(line), repaired);
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
    const withFixes = before.issues.filter((each): each is Issue => each.fixes !== undefined);
    for (const { rule, fixes } of withFixes)
      for (const fix of fixes ?? []) {
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
  assert.ok(count > 5, `${count} repairs`);
});
