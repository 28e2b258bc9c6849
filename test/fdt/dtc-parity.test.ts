// In dtc mode a valid source gives the bytes of dtc, and what dtc refuses is an error.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { hasErrors } from '../../fdt/index.ts';
import { needs, runTool, testData } from '../support/tools.ts';
import { buildAsDtc, describeIssue, hostOf, readSource } from './dts.ts';
import { randomSource } from './random-source.ts';

const HEAD = '/dts-v1/;\n';

async function blobOfDtc(source: string | Uint8Array): Promise<Buffer | undefined> {
  const args = ['-q', '-I', 'dts', '-O', 'dtb', '-o', '-', '-'];
  const { status, stdout } = await runTool('dtc', args, { input: source, timeoutMs: 5000 });
  return status === 0 ? stdout : undefined;
}

async function check(text: string): Promise<void> {
  const ours = buildAsDtc({ path: 'test.dts', text });
  const theirs = await blobOfDtc(text);
  assert.ok(theirs !== undefined, `dtc refuses\n${text}`);
  assert.deepEqual(ours.issues.map(describeIssue), [], text);
  assert.equal(Buffer.from(ours.blob).toString('hex'), theirs.toString('hex'), text);
}

async function checkRefused(text: string, rule: string): Promise<void> {
  assert.equal(await blobOfDtc(text), undefined, `dtc accepts\n${text}`);
  const { issues } = buildAsDtc({ path: 'test.dts', text });
  const errors = issues.filter((issue) => issue.severity === 'error').map((issue) => issue.rule);
  assert.ok((errors as string[]).includes(rule), `${rule} is not in [${errors}] of\n${text}`);
}

const VALID = [
  '/ { };',
  '/memreserve/ 0x1000 4096;\nlabel: /memreserve/ (1 << 40) 0xffffffffffffffff;\n/ { };',
  '/ { a; b = <1>; c = "x", "y"; d = [00 fF]; e = <>; f = ""; g = []; };',
  '/ { a = /bits/ 8 <1 0xff (-1)>, /bits/ 16 <0xffff>, /bits/ 64 <0xffffffffffffffff (-2)>; };',
  `/ { a = <(1 + 2 * 3) (7 / 2) (7 % 4) (1 << 4 | 3) (0xf0 & ~0x10) (!0) (!5) (-1)>; };`,
  '/ { a = <(1 ? 2 : 3) (0 ? 1 : 0 ? 2 : 3) (1 ? 0 ? 4 : 5 : 6) (1 || 0 && 0) (3 > 2 == 1)>; };',
  '/ { a = <(1 << 64) (1 << 63 >> 63) (2 - 3 > 0) (1 <= 1) (1 >= 2) (5 ^ 1) (4 != 4)>; };',
  '/ { a = <0777 0x1F 12UL 3ULL 4U 5L 6LL>; };',
  `/ { a = <'a' '\\n' '\\0' '\\'' '\\xff' '\\101'>; };`,
  '/ { a = "\\a\\b\\t\\n\\v\\f\\r\\\\\\"\\x1\\x41g\\1\\18\\377\\q"; };',
  '/ { a = "two\nlines", "é";\n// comment\n/* and\n ** another **/ b; };',
  '/ { l1: a = l2: "x" l3:, <l4: 1 l5: 2 l6:> l7:, l8: [l9: 00 a0: 11]; };',
  '/ { n1: n2: node { }; }; l3: &n1 { a; }; &{/node} { b; }; / { node { /delete-property/ a; }; };',
  '/ { n: node { a = &n; b = <&n &{/node} &{/}>; }; other { c = <&n>, &{/node}; }; };',
  '/ { r = <&n &m &o>; n: a { phandle = <5>; }; m: b { }; o: c { linux,phandle = <1>; }; };',
  '/ { n: a { phandle = <&n>; }; b { phandle = <1>; }; };',
  '/ { a { x; }; b { y; }; }; / { /delete-node/ a; }; / { a { z; }; c { }; };',
  '/ { a; b; c; }; / { /delete-property/ b; }; / { d; b; };',
  '/ { n: a { b { c; }; }; }; /delete-node/ &n; / { a { }; };',
  '/ { n: a { b { c; }; }; }; /delete-node/ &{/a/b}; / { a { b { d; }; }; };',
  '/ { r = <&y>; /omit-if-no-ref/ x: x { }; /omit-if-no-ref/ y: y { }; z: z { }; };',
  '/ { p = &y; x: x { y { }; }; y: y { }; };\n/omit-if-no-ref/ &x;\n/omit-if-no-ref/ &y;',
  '/ { cpus { cpu@3 { reg = <3>; }; cpu@0 { reg = <0>; }; }; };',
  '/ { cpus { cpu@3 { reg = <0 3>; }; }; };',
  '/ { reg; greg; eg; g; xgreg; n { greg; g; cell-reg; reg; }; };',
  '/ { name = ""; n@1 { name = "n"; x; }; };',
  '/ { #cells = <1>; \\#a = <2>; a,b.c_d+e*f?g-h; 0; 1a { }; n@1,0 { }; };',
  '/ { a = <\n# 3 "x.h" 1\n1\n#line 7 "y.h"\n2>; };',
  '/ { a = <0xabcdlabel: 1>; };',
];

const VALID_OVERLAYS = [
  '/plugin/;\n&base { a; };',
  '/plugin/;\n&base { n: new { x = <&other &n 1 &base>; }; };\n&{/path} { y = &n; };\n&n { z; };',
  '/plugin/;\n/ { n: node { a = <&n>; b = <1 &ext &n>; }; };\n&ext { c = "x", &n, <&ext>; };',
  '/plugin/;\n/ { fragment@0 { target = <&x>; __overlay__ { y = <&x>; }; }; __fixups__ { x = "/z:a:0"; }; };',
];

const REFUSED: readonly (readonly [string, string])[] = [
  ['/ { };', 'missing-version'],
  [`${HEAD}a { };`, 'syntax-error'],
  [HEAD, 'syntax-error'],
  [`${HEAD}/ { a; a; };`, 'duplicate-property'],
  [`${HEAD}/ { a { }; a { }; };`, 'duplicate-node'],
  [`${HEAD}/ { x: a { }; x: b { }; };`, 'duplicate-label'],
  [`${HEAD}/ { x: a = <1 x: 2>; };`, 'duplicate-label'],
  [`${HEAD}/ { a = <&nowhere>; };`, 'undefined-label'],
  [`${HEAD}/ { a = &{/nowhere}; };`, 'undefined-path'],
  [`${HEAD}/ { };\n&nowhere { };`, 'undefined-label'],
  [`${HEAD}/ { };\n/delete-node/ &nowhere;`, 'undefined-label'],
  [`${HEAD}/ { };\n/omit-if-no-ref/ &nowhere;`, 'undefined-label'],
  [`${HEAD}&{/} { };`, 'undefined-path'],
  [`${HEAD}x: / { };`, 'syntax-error'],
  [`${HEAD}/ { n: n { }; };\na: b: &n { };`, 'syntax-error'],
  [`${HEAD}/ { a = /bits/ 12 <1>; };`, 'bad-cell-width'],
  [`${HEAD}/ { a = /bits/ 64 <&n>; n: n { }; };`, 'reference-width'],
  [`${HEAD}/ { n { }; a; };`, 'property-after-node'],
  [`${HEAD}/ { a = <(1 / 0)>; };`, 'division-by-zero'],
  [`${HEAD}/ { a = <(0 ? 1 % 0 : 1)>; };`, 'division-by-zero'],
  [`${HEAD}/ { a = <089>; };`, 'bad-literal'],
  [`${HEAD}/ { a = <0x10000000000000000>; };`, 'bad-literal'],
  [`${HEAD}/ { a = <''>; };`, 'bad-literal'],
  [`${HEAD}/ { a = <'ab'>; };`, 'bad-literal'],
  [`${HEAD}/ { a = "open; };`, 'bad-literal'],
  [`${HEAD}/ { a { phandle = <0>; }; };`, 'bad-phandle'],
  [`${HEAD}/ { a { phandle = <1>; }; b { phandle = <1>; }; };`, 'bad-phandle'],
  [`${HEAD}/ { a { phandle = <1>; linux,phandle = <2>; }; };`, 'bad-phandle'],
  [`${HEAD}/ { a { phandle = "long"; }; };`, 'bad-phandle'],
  [`${HEAD}/ { a*b { }; };`, 'bad-node-name'],
  [`${HEAD}/ { a@b@c { }; };`, 'bad-node-name'],
  [`${HEAD}/ { a@b; };`, 'bad-property-name'],
  [`${HEAD}/ { n { name = "m"; }; };`, 'bad-name-property'],
  [`${HEAD}/memreserve/ 1;\n/ { };`, 'syntax-error'],
  [`${HEAD}/ { };\n/memreserve/ 1 2;`, 'syntax-error'],
  [`${HEAD}/ { a = <1>, ; };`, 'syntax-error'],
  [`${HEAD}/ { a = <1> <2>; };`, 'syntax-error'],
  [`${HEAD}/plugin/;\n/ { a = &ext; };`, 'undefined-label'],
  [`${HEAD}/include/ "nowhere.dts"\n/ { };`, 'include-not-found'],
];

/** What dtc refuses since 1.7, or accepts since. */
const NEWER: readonly (readonly [string, string | undefined])[] = [
  [`${HEAD}/ { @1 { }; };`, 'bad-node-name'],
  [`${HEAD}/plugin/;\n/ { a = <&{/ext}>; };`, 'bad-overlay'],
  [`${HEAD}/plugin/;\n/ { };\n&{x/y} { };`, 'bad-overlay'],
  [`${HEAD}/ { n: n { m { }; }; };\n&{n/m} { };`, undefined],
];

test('every construct gives the bytes of dtc', async (t) => {
  if (!needs(t, 'dtc')) return;
  for (const text of VALID) await check(HEAD + text);
  for (const text of VALID_OVERLAYS) await check(HEAD + text);
});

test('what dtc refuses is an error', async (t) => {
  if (!needs(t, 'dtc')) return;
  for (const [text, rule] of REFUSED) await checkRefused(text, rule);
});

test('what dtc of other versions refuses', () => {
  for (const [text, rule] of NEWER) {
    const { issues } = buildAsDtc({ path: 'test.dts', text });
    assert.equal(issues[0]?.rule, rule, text);
  }
  const { issues } = buildAsDtc({ path: 'test.dts', text: `${HEAD}/ { a = <0x100000000>; };` });
  assert.deepEqual(
    issues.map((one) => [one.rule, one.severity]),
    [['cell-overflow', 'warning']],
  );
});

test('random sources give the bytes of dtc', async (t) => {
  if (!needs(t, 'dtc')) return;
  for (let seed = 1; seed <= 150; seed++) await check(randomSource(seed));
});

interface Expected {
  readonly file: string;
  readonly accepted: boolean;
}

test("the inputs of dtc's own tests", async (t) => {
  const folder = testData(t, 'corpus/dtc-tests');
  if (folder === undefined || !needs(t, 'dtc')) return;
  const listed = readFileSync(path.join(folder, 'expected-dtc-1.8.1.json'), 'utf8');
  const includes = ['search_dir', 'search_dir_b'].map((name) => path.join(folder, name));
  for (const { file, accepted } of JSON.parse(listed) as Expected[]) {
    const source = readSource(path.join(folder, file));
    const ours = buildAsDtc(source, hostOf(...includes));
    const issues = ours.issues.map(describeIssue).join('\n');
    assert.equal(!hasErrors(ours.issues), accepted, `${file}\n${issues}`);
    if (!accepted) continue;
    const args = ['-q', '-O', 'dtb', '-o', '-', ...includes.flatMap((one) => ['-i', one])];
    const { status, stdout } = await runTool('dtc', [...args, source.path], { timeoutMs: 2000 });
    // Versions before 1.8 refuse, hang on or crash over a few that 1.8.1 accepts.
    if (status === 0) assert.ok(stdout.equals(ours.blob), `${file}: the blobs differ`);
  }
});
