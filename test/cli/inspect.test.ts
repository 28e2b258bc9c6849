import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { testData } from '../support/tools.ts';
import { folderWith, kho } from './kho.ts';

const RECORDING = 'kho-dumps/linux-7.3.4-x86_64/handover.core.gz';
const SCENARIO = path.resolve('examples/ftrace/ftrace.kho.json');

test('inspect finds and prints a recorded handover', (t) => {
  const core = testData(t, RECORDING);
  if (core === undefined) return;
  const { status, stdout, stderr } = kho(['inspect', core, '--map'], '.');
  assert.equal(stderr, '');
  for (const text of [
    /root FDT +0x27c000, 405 bytes, kho-v4/,
    /radix tree at 0x27b000, .*278 keys/,
    /memblock\/trace +4 MiB/,
    /session "test-session", 1 file/,
    /token 0x1a +memfd-v2 .*1 MiB in 256 folios/,
    /FLB "liveupdate-test-flb-v2"/,
    /written by +Linux 7\.3\.4/,
    /each character is 256 KiB/,
    /1 image checked, no issues/,
  ])
    assert.match(stdout, text);
  assert.equal(status, 0);
});

test('extract reads a page of a memfd back by its name', (t) => {
  const core = testData(t, RECORDING);
  if (core === undefined) return;
  const range = ['--offset', '0x5000', '--length', '6'];
  const { status, stdout } = kho(['extract', core, 'LUO/test-session/0x1a', ...range], '.');
  assert.equal(stdout, 'page 5');
  assert.equal(status, 0);
  const unknown = kho(['extract', core, 'nothing'], '.');
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /nothing in it is called nothing; there are .*memblock\/trace/);
});

test('what a simulation hands over is an image like any other', (t) => {
  const folder = folderWith(t, {});
  const simulated = kho(['simulate', SCENARIO, '--cores', 'cores'], folder);
  assert.equal(simulated.status, 0, simulated.stderr);
  const core = path.join('cores', 'kernel-1.core');
  assert.ok(existsSync(path.join(folder, core)));
  const inspected = kho(['inspect', core, '--json'], folder);
  assert.equal(inspected.status, 0, inspected.stdout);
  const [image] = JSON.parse(inspected.stdout).images;
  assert.equal(image.release, 'seed');
  assert.deepEqual(
    image.subtrees.map(({ name }: { name: string }) => name),
    ['ftrace'],
  );
  assert.equal(image.scratch.length, 1);
  assert.ok(image.preserved.bytes > 0);
  assert.deepEqual(image.issues, []);
  const checked = kho(['check', core], folder);
  assert.equal(checked.status, 0);
  const compared = kho(['compat', core, '7.3', '--architecture', 'x86_64'], folder);
  assert.match(compared.stdout, /root +kho-v1 +kho-v4 +refused/);
  assert.equal(compared.status, 1);
});

test('a root FDT without its memory is what can be said of it', (t) => {
  const source = `/dts-v1/;
/ { compatible = "kho-v4"; preserved-memory-map = <0x1000>;
    lost { preserved-data = <0x2000>; blob-size = <16>; }; };
`;
  const folder = folderWith(t, { 'root.kho': source });
  assert.equal(kho(['compile', 'root.kho', '-o', 'root.fdt'], folder).status, 0);
  const { status, stdout } = kho(['inspect', 'root.fdt'], folder);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /lost +0x2000 +16 bytes +not in the image/);
  assert.match(stdout, /the image lacks tables of the radix tree at 0x1000/);
});

// What is asked, and the one line that says why it cannot be answered.
const REFUSED: readonly [readonly string[], RegExp][] = [
  [['inspect', 'text'], /text: this is not an ELF file/],
  [['inspect', 'nothing'], /nothing: no such file/],
  [['inspect', 'folder'], /is no copy of \/sys\/kernel\/debug\/kho/],
  [['inspect', 'text', '--scratch', 'x'], /a range is START\+SIZE/],
  [['inspect', 'text', '--numa', 'x'], /a node is ID:RANGE/],
  [['inspect', 'text', '--page-size', '5'], /pages have 4K, 16K or 64K/],
  [['compat', '7.3', '9.9'], /9\.9: is neither a file nor a release \(seed, v4, 6\.16/],
  [['compat', '7.3', 'text'], /text: /],
];

for (const [args, message] of REFUSED)
  test(`${args.join(' ')} is one clear line`, (t) => {
    const folder = folderWith(t, { text: 'just text' });
    mkdirSync(path.join(folder, 'folder'));
    writeFileSync(path.join(folder, 'folder', 'other'), 'x');
    const { status, stdout, stderr } = kho(args, folder);
    assert.match(stderr, message);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.doesNotMatch(stderr, /\.mjs:\d+/, 'a stack trace');
  });

test('compat answers with its exit code', () => {
  assert.equal(kho(['compat', '7.2', '7.3', '--both'], '.').status, 0);
  const refused = kho(['compat', '6.17', '6.18', '--json'], '.');
  assert.equal(refused.status, 1);
  const [result] = JSON.parse(refused.stdout).results;
  assert.equal(result.isCompatible, false);
  assert.equal(result.verdicts[0].outcome, 'misread');
});
