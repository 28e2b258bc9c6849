import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folderWith, kho } from './kho.ts';

const EXAMPLE = path.resolve('examples/ftrace/ftrace.kho.json');
const BUG = path.resolve('examples/ftrace/bugs/claimed-twice.kho.json');

test('a clean handover exits with 0 and says what happened', (t) => {
  const { status, stdout, stderr } = kho(['simulate', EXAMPLE], folderWith(t, {}));
  assert.equal(stderr, '');
  assert.equal(status, 0);
  for (const text of ['Phases: early-boot', 'FDT (682 bytes)', '8 claimed, 8 returned', 'None.'])
    assert.ok(stdout.includes(text), text);
});

test('findings that no one expected exit with 1, at the line of the driver', (t) => {
  const scenario = JSON.parse(readFileSync(BUG, 'utf8'));
  delete scenario.expect;
  for (const kernel of scenario.kernels)
    kernel.drivers = [path.resolve('examples/ftrace/bugs/claimed-twice.ts')];
  const folder = folderWith(t, { 'x.kho.json': JSON.stringify(scenario) });
  const { status, stdout } = kho(['simulate', 'x.kho.json'], folder);
  assert.equal(status, 1);
  assert.match(stdout, /claimed-twice\.ts:11:14: error: .* \[claimed-twice\]/);
});

test('--json has the result, --trace the trace, --seed another run', (t) => {
  const folder = folderWith(t, {});
  const run = kho(['simulate', EXAMPLE, '--json', '--trace', 'out.trace', '--seed', '9'], folder);
  const result = JSON.parse(run.stdout);
  assert.equal(result.seed, 9);
  assert.equal(result.outcome, 'completed');
  assert.equal(result.kernels[0].preserved.length, 16);
  assert.match(result.kernels[0].preserved[0].address, /^0x[0-9a-f]+$/);
  assert.match(result.summaryMarkdown, /^# Ring buffers/);
  assert.equal(readFileSync(path.join(folder, 'out.trace'), 'utf8'), result.trace);
});

test('a scenario that is wrong is an issue with its place, and exit code 2', (t) => {
  const folder = folderWith(t, { 'x.kho.json': '{ "title": "x", "kernals": [] }' });
  const { status, stderr, stdout } = kho(['simulate', 'x.kho.json'], folder);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /x\.kho\.json:1:17: error: `kernals` is not a word of the scenario/);
});

/** Kernels of these releases without drivers. */
const scenarioOf = (...releases: readonly string[]): string =>
  JSON.stringify({
    title: 'x',
    kernels: releases.map((release, index) => ({
      release,
      cmdline: 'kho=on kho_scratch=16M,32M,32M',
      ...(index === releases.length - 1 ? { steps: [] } : {}),
    })),
  });

// Releases, options, the exit code, and what is said on standard error.
const BUG_OPTIONS: readonly [readonly string[], readonly string[], number, RegExp][] = [
  [
    ['6.17'],
    ['--kernel-bug', '9'],
    2,
    /--kernel-bug 9: 6\.17 cannot have bug 9: 7\.1 and later can/,
  ],
  [
    ['6.16', '7.0'],
    ['--kernel-bug', '9'],
    2,
    /kernel 1: 6\.16 cannot have bug 9.*; kernel 2: 7\.0 cannot/,
  ],
  [['7.0', '7.1'], ['--kernel-bug', '9'], 1, /^--kernel-bug 9: kernel 1: 7\.0 cannot have bug 9/],
  [['7.1'], ['--kernel-bug', '9'], 0, /^$/],
  [['7.1'], ['--kernel-bug', '99'], 2, /it is one of 1, 2, 3/],
  [['7.1'], ['--kernel-fix', 'D1'], 2, /7\.1 does not have bug D1/],
  [['7.3'], ['--kernel-fix', 'D1', 'D2'], 0, /^$/],
  [['7.3'], ['--kernel-fix', 'D1', '--kernel-bug', 'D1'], 2, /--kernel-bug D1 and --kernel-fix D1/],
];

for (const [releases, args, code, said] of BUG_OPTIONS)
  test(`${args.join(' ')} of ${releases.join(' and ')}`, (t) => {
    const folder = folderWith(t, { 'x.kho.json': scenarioOf(...releases) });
    const { status, stderr } = kho(['simulate', 'x.kho.json', ...args], folder);
    assert.match(stderr, said);
    assert.equal(status, code, stderr);
  });

test('ending the command ends the kernels that it started', async (t) => {
  const folder = folderWith(t, {
    'd.js': 'export function init(k) {\n  console.log("started");\n  for (;;);\n}',
    'x.kho.json': JSON.stringify({
      title: 'x',
      kernels: [{ release: 'seed', drivers: ['d.js'], steps: [] }],
    }),
  });
  const args = [path.resolve('dist/kho.mjs'), 'simulate', 'x.kho.json'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const kernels = (): string =>
    spawnSync('pgrep', ['-P', String(child.pid), '-f', 'kernel-process'], { encoding: 'utf8' })
      .stdout;
  await once(child.stderr, 'data');
  const pid = kernels().trim();
  assert.match(pid, /^\d+$/);
  child.kill('SIGTERM');
  const [status] = await once(child, 'exit');
  assert.equal(status, 130);
  assert.notEqual(spawnSync('kill', ['-0', pid]).status, 0, 'the kernel is gone');
});

test('--faults says which failures a driver does not survive, and why', (t) => {
  const folder = folderWith(t, {
    'd.ts': [
      "import type { Kernel } from './driver-api.ts';",
      'let count = 0;',
      'export function init(k: Kernel): number {',
      '  count += 1;',
      '  // A variable of a kernel before would be another number.',
      '  if (count !== 1) return -5;',
      "  const a = k.kzalloc(8, 'GFP_KERNEL');",
      '  if (a === 0n) return -12;',
      "  return k.kzalloc(8, 'GFP_KERNEL') === 0n ? -12 : 0;",
      '}',
    ].join('\n'),
    'x.kho.json': JSON.stringify({
      title: 'x',
      kernels: [
        { release: '7.3', cmdline: 'kho=on', drivers: ['d.ts'] },
        { release: '7.3', cmdline: 'kho=on', drivers: ['d.ts'] },
      ],
    }),
  });
  const { status, stdout, stderr } = kho(['simulate', 'x.kho.json', '--faults'], folder);
  assert.equal(stderr, '');
  assert.equal(status, 1);
  assert.match(stdout, /d\.ts:7:15: error: .* left allocated .* a block of 8 bytes \[left-alloc/);
  assert.match(stdout, /when .*d\.ts:9:12: kzalloc\(\) fails in kernel 1, driver d \(call 2\)/);
  assert.match(stdout, /Failed 4 calls that may fail, one run each: 2 are not survived/);
  const json = kho(['simulate', 'x.kho.json', '--faults', '--json', '--max-runs', '1'], folder);
  const report = JSON.parse(json.stdout);
  assert.equal(json.status, 0);
  assert.deepEqual([report.calls, report.runs.length, report.survives], [4, 1, true]);
  assert.deepEqual(
    report.coverage.map((each: { failed: number }) => each.failed),
    [1, 0],
  );
});

test('--faults names the lines that no run came to', (t) => {
  const kernels = [{ release: '7.3', cmdline: 'kho=on', drivers: ['d.ts'], steps: [] }];
  const folder = folderWith(t, {
    'd.ts': [
      "import type { Kernel } from 'kho';",
      'export function init(k: Kernel): number {',
      "  const a = k.kzalloc(8, 'GFP_KERNEL');",
      '  if (a === 0n) return -12;',
      '  if (k.number > 7) return -22;',
      '  if (k.number > 8) {',
      '    // Nor is this.',
      '    k.kfree(a);',
      '    return -5;',
      '  }',
      '  k.kfree(a);',
      '  return 0;',
      '}',
      'function unused(): void {}',
    ].join('\n'),
    'x.kho.json': JSON.stringify({ title: 'x', kernels }),
  });
  const { status, stdout } = kho(['simulate', 'x.kho.json', '--faults'], folder);
  assert.equal(status, 0, stdout);
  assert.match(
    stdout,
    /d\.ts: 5 of 9\n {6}never: d\.ts:5\n {6}never: d\.ts:8-9\n {6}never: d\.ts:14\n$/,
  );
  // Fewer runs come to fewer lines.
  const json = kho(['simulate', 'x.kho.json', '--faults', '--json', '--max-runs', '0'], folder);
  const [file] = JSON.parse(json.stdout).lines;
  assert.deepEqual(
    file.missed.map(({ start }: { start: number }) => start),
    [4, 8, 14],
  );
});

test('the examples survive every fault', (t) => {
  const folder = folderWith(t, {});
  for (const name of ['ftrace/ftrace', 'mainline-subtree/journal', 'live-tree-6.19/settings']) {
    const file = path.resolve(`examples/${name}.kho.json`);
    const { status, stdout } = kho(['simulate', file, '--faults'], folder);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /drivers survive all of them/);
  }
});

test('a driver that needs Node, or never returns, is still told apart', (t) => {
  const driver = (body: string): string => `export function init(k) {\n  ${body}\n}\n`;
  const kernels = [{ release: '7.3', cmdline: 'kho=on', drivers: ['d.js'], steps: [] }];
  const scenario = JSON.stringify({ title: 'x', kernels });
  const node = folderWith(t, {
    'd.js': driver(
      "process.khoCount = (process.khoCount ?? 0) + 1; k.kzalloc(8, 'GFP_KERNEL');\n  return process.khoCount - 1;",
    ),
    'x.kho.json': scenario,
  });
  const { status, stdout } = kho(['simulate', 'x.kho.json', '--faults'], node);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /Failed 1 calls that may fail/);
  assert.match(
    stdout,
    /Lines of drivers in TypeScript and JavaScript are not counted: one of them/,
  );
  const endless = folderWith(t, {
    'd.js': driver("while (k.kzalloc(8, 'GFP_KERNEL') === 0n) for (;;);"),
    'x.kho.json': scenario,
  });
  const run = kho(['simulate', 'x.kho.json', '--faults'], endless);
  assert.equal(run.status, 1, run.stderr);
  assert.match(run.stdout, /did not return within 10 s and was stopped \[driver-timed-out\]/);
});

test('--explore writes the smallest scenario that fails', (t) => {
  const driver = [
    'let kept = 0n;',
    'export function work(k) {',
    "  kept = k.kzalloc(64, 'GFP_KERNEL');",
    '  if (kept === 0n) return -12;',
    '  return k.vmalloc(k.pageSize) === 0n ? -12 : 0;',
    '}',
  ].join('\n');
  const steps = [{ call: 'd', function: 'work' }, { kexecLoad: {} }, { kexec: {} }];
  const kernel = { release: '7.3', cmdline: 'kho=on', drivers: ['d.js'] };
  const text = JSON.stringify({ title: 'x', kernels: [{ ...kernel, steps }, kernel] });
  const folder = folderWith(t, { 'd.js': driver, 'x.kho.json': text });
  const args = ['simulate', 'x.kho.json', '--explore', '50', '-o', 'small.kho.json'];
  const { status, stdout, stderr } = kho(args, folder);
  assert.equal(status, 1, stderr);
  assert.match(
    stdout,
    /\[left-allocated\]\n {3}when vmalloc\(\) of d in kernel 1 fails, call 1 of it/,
  );
  const small = JSON.parse(readFileSync(path.join(folder, 'small.kho.json'), 'utf8'));
  assert.equal(small.kernels.length, 1);
  assert.deepEqual(small.faults, [{ kernel: 1, driver: 'd', function: 'vmalloc', nth: 1 }]);
  const again = kho(['simulate', 'small.kho.json'], folder);
  assert.equal(again.status, 1);
  assert.match(again.stdout, /found and not expected: left-allocated/);
  const seed = /Seed (\d+) fails/.exec(stdout)?.[1] ?? '';
  const one = kho(['simulate', 'x.kho.json', '--explore', '1', '--seed', seed, '--json'], folder);
  const { scenario, summaryMarkdown } = JSON.parse(one.stdout);
  assert.deepEqual(scenario, small);
  assert.match(summaryMarkdown, /^```text\nSeed \d+ fails/);
});
