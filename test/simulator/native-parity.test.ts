// What the simulator does with drivers in TypeScript it does with those in C: chains, kernels of
// different releases, faults, exploring, traces.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { compare, readerOfRelease, releaseNamed, writerOfRelease } from '../../kho/index.ts';
import { needsCompiler } from '../support/native.ts';
import { findingsOf, linesOf, runC } from './native-scenarios.ts';

const textOf = (name: string): string => readFileSync(`test/simulator/native/${name}`, 'utf8');
const JOURNAL = { 'journal.c': textOf('journal.c') };
const MAILBOX = { 'mailbox.c': textOf('mailbox.c') };
const JUMP = [{ kexecLoad: {} }, { kexec: {} }];
const FINALIZE = { write: '/sys/kernel/debug/kho/out/finalize', data: '1' };
const write = (value: number): object => ({
  call: 'journal',
  function: 'journal_write',
  args: [value],
});
const sum = (expected: number): object => ({
  call: 'journal',
  function: 'journal_sum',
  args: [expected],
});

/** What user space does before a kernel of a release jumps. */
function jumpOf(release: string): readonly object[] {
  const files = releaseNamed(release)?.userFiles ?? [];
  return files.some((each) => each.path.endsWith('/finalize')) ? [FINALIZE, ...JUMP] : JUMP;
}

/** Kernels of releases, each of which adds an entry to those that it found. */
const CHAINS: readonly (readonly string[])[] = [
  ['6.18', '7.0'],
  ['6.18', '6.19', '7.0', '6.19'],
  ['7.2', '7.3'],
  ['7.3', '7.2', '7.3', '7.3', '7.2'],
  ['7.1', '7.1', '7.1'],
];

for (const releases of CHAINS)
  test(`a journal in C goes from ${releases.join(' to ')}`, async (t) => {
    if (!needsCompiler(t)) return;
    const steps = releases.map((release, index) => {
      const work = [sum((index * (index + 1)) / 2), write(index + 1)];
      return index < releases.length - 1 ? [...work, ...jumpOf(release)] : work;
    });
    const result = await runC(t, { drivers: JOURNAL, releases, steps });
    const others = findingsOf(result).filter((each) => !/^unknown-compatible/.test(each));
    assert.deepEqual(others, []);
    for (const [index] of releases.entries())
      assert.deepEqual(linesOf(result, index + 1), [
        `journal: ${index} entries add up to ${(index * (index + 1)) / 2}`,
      ]);
  });

/** Releases that do not understand each other, as `kho compat` says too. */
const STRANGERS: readonly (readonly [string, string, 'refused' | 'misread', string])[] = [
  ['7.0', '7.1', 'refused', 'handover-refused'],
  ['7.1', '7.2', 'refused', 'handover-refused'],
  ['7.3', '7.0', 'refused', 'handover-refused'],
];

for (const [from, to, outcome, rule] of STRANGERS)
  test(`a journal in C does not get from ${from} to ${to}`, async (t) => {
    if (!needsCompiler(t)) return;
    const [writer, reader] = [releaseNamed(from), releaseNamed(to)];
    assert.ok(writer !== undefined && reader !== undefined);
    const [root] = compare(writerOfRelease(writer), readerOfRelease(reader));
    assert.equal(root?.outcome, outcome);
    const steps = [[write(5), ...jumpOf(from)], [sum(0)]];
    const result = await runC(t, { drivers: JOURNAL, releases: [from, to], steps });
    assert.ok(
      findingsOf(result).some((each) => each.startsWith(rule)),
      findingsOf(result).join(),
    );
    assert.equal(result.kernels[1]?.isKhoBoot, false);
    assert.deepEqual(linesOf(result, 2), ['journal: 0 entries add up to 0']);
  });

test('a mailbox in C keeps its message over four kernels', async (t) => {
  if (!needsCompiler(t)) return;
  const read = (expect: string): object => ({ read: '/dev/mailbox', expect });
  const say = (data: string): object => ({ write: '/dev/mailbox', data });
  const steps = [
    [read(''), say('one'), ...JUMP],
    [read('one'), ...JUMP],
    [read('one'), say('m'.repeat(4000)), ...JUMP],
    [read('m'.repeat(4000))],
  ];
  const releases = ['7.3', '7.3', '7.3', '7.3'];
  const result = await runC(t, { drivers: MAILBOX, releases, steps });
  assert.deepEqual([findingsOf(result), result.outcome], [[], 'completed']);
});

/** A folder with a driver and a scenario of three kernels for it. */
function folderWith(t: TestContext, name: string, text: string, work: readonly object[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-parity-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, `${name}.c`), text);
  const kernel = { release: '7.3', cmdline: 'kho=on', drivers: [`${name}.c`] };
  const kernels = [
    { ...kernel, steps: [...work, ...JUMP] },
    { ...kernel, steps: [...work, ...JUMP] },
    { ...kernel, steps: work },
  ];
  const file = path.join(folder, 'test.kho.json');
  writeFileSync(file, JSON.stringify({ title: 'test', kernels }));
  return file;
}

function kho(...args: readonly string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/kho.mjs', ...args], {
    encoding: 'utf8',
  });
  return { status, out: `${stdout}${stderr}` };
}

const WRITE = [{ call: 'journal', function: 'journal_write', args: [3] }];
const SAY = [{ write: '/dev/mailbox', data: 'text' }];

/** Scenarios whose drivers survive every fault, and how many calls may fail at least. */
const SURVIVING: readonly (readonly [string, (t: TestContext) => string, number])[] = [
  ['mailbox', (t) => folderWith(t, 'mailbox', MAILBOX['mailbox.c'], SAY), 10],
  ['journal', (t) => folderWith(t, 'journal', JOURNAL['journal.c'], WRITE), 60],
  ['examples/c-driver', () => 'examples/c-driver/ring.kho.json', 35],
  ['examples/c-luo-handler', () => 'examples/c-luo-handler/slate.kho.json', 10],
  ['examples/c-seed-notifier', () => 'examples/c-seed-notifier/tracer.kho.json', 10],
];

for (const [name, fileOf, least] of SURVIVING)
  test(`${name}: every call that may fail does, and the driver in C survives`, (t) => {
    if (!needsCompiler(t)) return;
    const { status, out } = kho('simulate', fileOf(t), '--faults');
    assert.equal(status, 0, out);
    const [, count = '0'] =
      /Failed (\d+) calls that may fail, one run each: drivers survive all/.exec(out) ?? [];
    assert.ok(Number(count) >= least, out);
    assert.match(out, /\.c:\d+:\d+: (?:kho|fdt)_\w+\(\) of \w+: called \d+×, failed \d+×/);
  });

/** An error path that forgets the text. */
const FORGETFUL = MAILBOX['mailbox.c'].replace('err_free_text:\n\tvfree(text);', 'err_free_text:');

test('what fails in C by chance is shrunk to the driver, the step and the call', (t) => {
  if (!needsCompiler(t)) return;
  const file = folderWith(t, 'mailbox', FORGETFUL, SAY);
  const small = path.join(path.dirname(file), 'small.kho.json');
  const found = kho('simulate', file, '--explore', '60', '--seed', '1', '-o', small);
  assert.equal(found.status, 1, found.out);
  const { kernels, faults } = JSON.parse(readFileSync(small, 'utf8'));
  assert.deepEqual([kernels.length, kernels[0].steps, faults.length], [1, [], 1]);
  const again = kho('simulate', small);
  assert.equal(again.status, 1, again.out);
  const line = FORGETFUL.split('\n').findIndex((each) => each.includes('vzalloc(')) + 1;
  assert.match(again.out, new RegExp(`mailbox\\.c:${line}:\\d+: error: .*left allocated`));
});

test('a trace has the calls of drivers in C with file and line, and so has its difference', (t) => {
  if (!needsCompiler(t)) return;
  const file = folderWith(t, 'journal', JOURNAL['journal.c'], WRITE);
  const folder = path.dirname(file);
  const trace = path.join(folder, 'one.jsonl');
  assert.equal(kho('simulate', file, '--trace', trace).status, 0);
  const shown = kho('trace', 'show', trace).out;
  const lines = JOURNAL['journal.c'].split('\n');
  const places = [
    ...shown.matchAll(/ (\w+) driver=journal .*at=(?:\S*\/)?journal\.c:(\d+):(\d+)/g),
  ];
  assert.ok(places.length > 40, shown);
  for (const [, event = '', line, column] of places) {
    const text = (lines[Number(line) - 1] ?? '').slice(Number(column) - 1);
    assert.ok(text.startsWith(event.slice(0, 3)) || event === 'fault', `${event}: ${text}`);
  }
  const names = new Set(places.map(([, event]) => event));
  for (const name of ['folio_alloc', 'kho_preserve_folio', 'fdt_property', 'kho_add_subtree'])
    assert.ok(names.has(name), name);
  // The same seed gives the same trace; one more entry does not.
  const same = path.join(folder, 'two.jsonl');
  kho('simulate', file, '--trace', same);
  assert.equal(readFileSync(same, 'utf8'), readFileSync(trace, 'utf8'));
  const text = readFileSync(file, 'utf8').replace('"args":[3]', '"args":[4]');
  writeFileSync(
    file,
    text.replace('{"call"', '{"call":"journal","function":"journal_write"},{"call"'),
  );
  kho('simulate', file, '--trace', same);
  assert.match(kho('trace', 'diff', trace, same).out, /journal\.c:\d+/);
});
