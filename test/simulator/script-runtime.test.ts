// What crosses between a driver's process and the engine, and what must not come across.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ApiCall, ApiValue, CallbackOutcome } from '../../simulator/index.ts';
import { createScriptRuntime, type ScriptRuntimeOptions } from '../../simulator/script/index.ts';

interface Run {
  readonly calls: readonly ApiCall[];
  readonly outcome: CallbackOutcome;
}

/** Loads a driver of this text, calls its init(), and ends its kernel. */
async function run(
  t: TestContext,
  text: string,
  answer: ApiValue = undefined,
  options: Partial<ScriptRuntimeOptions> & { readonly seed?: number; readonly dir?: string } = {},
): Promise<Run> {
  const folder = mkdtempSync(path.join(tmpdir(), options.dir ?? 'kho-script-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'd.ts');
  writeFileSync(file, text);
  const kernelProcessPath = path.resolve('dist/kernel-process.mjs');
  const runtime = createScriptRuntime({ kernelProcessPath, ...options });
  const calls: ApiCall[] = [];
  const boot = {
    kernel: 1,
    drivers: [{ name: 'd', path: file }],
    seed: options.seed ?? 1,
    release: 'seed',
    cmdline: '',
    directMapBase: 0n,
    pageBytes: 4096,
    byteOrder: 'little',
  } as const;
  const kernel = await runtime.boot(boot, (call) => {
    calls.push(call);
    return { kind: 'value', value: answer };
  });
  const failure = kernel.drivers[0]?.failure;
  const outcome = failure ?? (await kernel.call('d', 'init', []));
  await kernel.end();
  await runtime.stop();
  return { calls, outcome };
}

/** A driver whose init() has this body. */
const init = (body: string): string => `export function init(k: any): unknown {\n${body}\n}`;

test('values arrive as they were passed', async (t) => {
  const body = 'k.write(-5n, new Uint8Array([1, 2])); k.fdtGetprop(null, undefined, "é");';
  const { calls } = await run(t, init(body));
  assert.deepEqual(
    calls.map(({ args }) => args),
    [
      [-5n, new Uint8Array([1, 2])],
      [null, undefined, 'é'],
    ],
  );
});

test('a callback that fails is told where it is, one that succeeds is not', async (t) => {
  const failed = await run(t, init('return -5;'));
  assert.equal(failed.outcome.kind, 'returned');
  const { site } = failed.outcome as { site?: { line: number; functionName?: string } };
  assert.deepEqual([site?.line, site?.functionName], [1, 'init']);
  assert.deepEqual((await run(t, init('return 0;'))).outcome, { kind: 'returned', value: 0 });
});

test('bytes that are read have a buffer of their own', async (t) => {
  const body =
    'const { buffer, byteOffset } = k.read(1n, 8); return buffer.byteLength * 10 + byteOffset;';
  const { outcome } = await run(t, init(body), new Uint8Array(8));
  assert.equal(outcome.kind === 'returned' && outcome.value, 80);
});

for (const [name, thrown, message] of [
  ['null', 'null', /^null$/],
  ['a message that is no text', '{ message: 42 }', /^42$/],
  ['what has no text', 'Object.create(null)', /looked at/],
] as const)
  test(`${name} can be thrown`, async (t) => {
    const { outcome } = await run(t, init(`throw ${thrown};`));
    assert.equal(outcome.kind, 'threw');
    assert.match(outcome.kind === 'threw' ? outcome.message : '', message);
  });

test('a folder may have parentheses in its name', async (t) => {
  const { outcome } = await run(t, init('throw new Error("x");'), undefined, { dir: 'a (b) ' });
  assert.equal(outcome.kind === 'threw' && outcome.site?.line, 2);
});

test('chance and time follow the seed', async (t) => {
  const text = init(
    "k.prInfo([Math.random(), crypto.randomUUID(), Date(), new Date() instanceof Date, process.hrtime().join(), process.hrtime.bigint(), performance.now()].join(' '));",
  );
  const said = async (seed: number): Promise<unknown> =>
    (await run(t, text, undefined, { seed })).calls[0]?.args[0];
  const first = await said(1);
  assert.match(String(first), /^0\.\d+ [\da-f-]{36} Wed Jan 17 2024 .* true /);
  assert.equal(await said(1), first);
  assert.notEqual(await said(2), first);
});
