// Drivers in processes of their own: what they do to themselves stays there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { RunResult } from '../../simulator/index.ts';
import type { ScriptRuntimeOptions } from '../../simulator/script/index.ts';
import { rulesOf, runInProcesses, scenarioOf } from './scenarios.ts';

/** Runs one kernel with a driver of this text. */
async function runDriver(
  t: TestContext,
  text: string,
  options: Partial<ScriptRuntimeOptions> = {},
  file = 'd.ts',
): Promise<RunResult & { readonly file: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-driver-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const driver = path.join(folder, file);
  if (text !== '') writeFileSync(driver, text);
  const parts = { drivers: [file], kernels: 1, steps: [] };
  const scenario = scenarioOf(parts, path.join(folder, 'x.kho.json'));
  return { ...(await runInProcesses(scenario, options)), file: driver };
}

// The text of the driver, the rule, the message, and where it is pinned.
const BAD: readonly [string, string, string, RegExp, string][] = [
  [
    'throws',
    'export function init() {\n  throw new Error("no memory");\n}',
    'driver-threw',
    /init\(\) of d threw: no memory/,
    '2:9',
  ],
  [
    'throws something odd',
    'export function init() {\n  throw 7;\n}',
    'driver-threw',
    /threw: 7/,
    '',
  ],
  [
    'never returns',
    'export function init() {\n  for (;;);\n}',
    'driver-timed-out',
    /did not return within 0.5 s/,
    '1:21',
  ],
  [
    'never returns and keeps calling',
    'export function init(k) {\n  for (;;) k.prInfo("still here");\n}',
    'driver-timed-out',
    /did not return/,
    '2:14',
  ],
  [
    'takes all of the heap',
    'export function init(k) {\n  k.prInfo("before");\n  const all = []; for (;;) all.push(new Array(1000).fill(all.length));\n}',
    'driver-died',
    /ran out of memory/,
    '2:5',
  ],
  [
    'takes memory outside the heap',
    'export function init(k) {\n  k.prInfo("before");\n  const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1));\n}',
    'driver-died',
    /MiB of memory|out of memory/,
    '2:5',
  ],
  [
    'asks for too much at once',
    'export function init() {\n  return new Uint8Array(2 ** 40).length;\n}',
    'driver-threw',
    /RangeError/,
    '2:10',
  ],
  [
    'exits',
    'export function init() {\n  process.exit(3);\n}',
    'driver-died',
    /process\.exit\(3\)/,
    '1:21',
  ],
  [
    'is killed',
    'export function init() {\n  process.kill(process.pid, "SIGKILL");\n}',
    'driver-died',
    /SIGKILL/,
    '1:21',
  ],
  [
    'writes nonsense to the socket',
    'import fs from "node:fs";\nexport function init() {\n  fs.writeSync(3, Buffer.from([2, 0, 0, 0, 9, 9]));\n  for (;;);\n}',
    'driver-died',
    /it sent what is no message/,
    '2:21',
  ],
  [
    'writes a call that is none to the socket',
    'import fs from "node:fs"; import v8 from "node:v8";\nexport function init() {\n  const body = v8.serialize({ kind: "api" });\n  fs.writeSync(3, Buffer.from([body.length, 0, 0, 0, ...body]));\n  for (;;);\n}',
    'driver-died',
    /it sent what is no message/,
    '2:21',
  ],
  [
    'takes memory when it is loaded',
    'const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1));',
    'driver-died',
    /MiB of memory|out of memory/,
    '1:1',
  ],
  [
    'throws what cannot be looked at',
    'export function init() {\n  throw new Proxy({}, { get() { throw 1; } });\n}',
    'driver-threw',
    /something that throws when it is looked at/,
    '',
  ],
  ['is async', 'export async function init() {\n}', 'driver-threw', /it is async/, ''],
  [
    'is not TypeScript',
    'export function init(k: Kernel {\n}',
    'driver-threw',
    /loading d threw/,
    '1:32',
  ],
  [
    'needs a transpiler',
    'enum A { B }\nexport const init = () => A.B;',
    'driver-threw',
    /loading d threw: .*enum/i,
    '1:0',
  ],
  ['is not there', '', 'driver-threw', /loading d threw: .*(Cannot find module|ENOENT)/, '1:1'],
  [
    'throws when loaded',
    'throw new TypeError("at once");',
    'driver-threw',
    /TypeError: at once/,
    '1:7',
  ],
  [
    'passes what cannot cross',
    'export function init(k) {\n  k.prInfo(() => 1);\n}',
    'driver-threw',
    /could not be cloned|must be a string/,
    '2:5',
  ],
];

for (const [name, text, rule, message, place] of BAD)
  test(`a driver that ${name} is a finding`, async (t) => {
    const isEndless = rule === 'driver-timed-out';
    const result = await runDriver(t, text, isEndless ? { callbackTimeoutMs: 500 } : {});
    assert.equal(result.outcome, 'completed');
    const finding = result.findings.find((each) => each.rule === rule);
    assert.ok(finding !== undefined, `found ${rulesOf(result).join(', ')}`);
    assert.match(finding.message, message);
    if (place === '') return;
    const { site } = finding;
    assert.equal(site?.path, result.file);
    const [line, column] = place.split(':').map(Number);
    assert.equal(site?.line, line);
    if (column !== 0) assert.equal(site?.column, column);
  });

test('columns are right behind types on the same line', async (t) => {
  const text =
    'type A = { a: number };\nexport function init(k: any, a?: A): void { const b: bigint = 1n as bigint; k.read(b, 8); }';
  const { findings } = await runDriver(t, text);
  assert.equal(findings[0]?.rule, 'null-pointer');
  assert.equal(findings[0]?.site?.line, 2);
  const column = (text.split('\n')[1] ?? '').indexOf('read(') + 1;
  assert.equal(findings[0]?.site?.column, column);
});

for (const [file, text] of [
  ['d.mjs', 'export const init = (k) => void k.prInfo("hello");'],
  ['d.js', 'export const init = (k) => void k.prInfo("hello");'],
  ['d.cjs', 'exports.init = (k) => void k.prInfo("hello");'],
] as const)
  test(`${file} is a driver`, async (t) => {
    const result = await runDriver(t, text, {}, file);
    assert.deepEqual(result.findings, []);
    assert.deepEqual(result.kernels[0]?.console, ['d: hello']);
  });

test('what a driver does to chance and time is the same every time', async (t) => {
  const text = `export function init(k) {
    const bytes = crypto.getRandomValues(new Uint8Array(4));
    k.prInfo([Math.random(), Date.now(), new Date().toISOString(), bytes].join(' '));
  }`;
  const [a, b] = [await runDriver(t, text), await runDriver(t, text)];
  assert.deepEqual(a.kernels[0]?.console, b.kernels[0]?.console);
  assert.match(a.kernels[0]?.console[0] ?? '', /^d: 0\.\d+ 1705\d+ 2024-01-17/);
});

test('what a driver prints is passed on', async (t) => {
  const printed: string[] = [];
  await runDriver(t, 'export const init = () => console.log("to stdout");', {
    onOutput: (kernel, stream, text) => printed.push(`${kernel} ${stream} ${text.trim()}`),
  });
  assert.deepEqual(printed, ['1 stdout to stdout']);
});

test('a process that a driver leaves behind holds nothing up', async (t) => {
  const text = `import { spawn } from 'node:child_process';
    export function init(k) { k.prInfo(String(spawn('sleep', ['30'], { stdio: 'inherit' }).pid)); }`;
  const beginMs = performance.now();
  const { kernels, findings } = await runDriver(t, text);
  assert.deepEqual(findings, []);
  process.kill(Number(kernels[0]?.console[0]?.replace('d: ', '')));
  assert.ok(performance.now() - beginMs < 20_000);
});

test('nothing is left running', async (t) => {
  await runDriver(t, 'export function init() { for (;;); }', { callbackTimeoutMs: 300 });
  const { stdout } = spawnSync('pgrep', ['-P', String(process.pid), '-f', 'kernel-process'], {
    encoding: 'utf8',
  });
  assert.equal(stdout, '');
});
