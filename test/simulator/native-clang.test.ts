// Drivers in C do the same whichever compiler made them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { needs } from '../support/tools.ts';
import {
  driverWith,
  findingsOf,
  linesOf,
  type NativeRunOptions,
  runC,
  runNativeFile,
} from './native-scenarios.ts';

const CLANG = { compiler: 'clang' } satisfies NativeRunOptions;

for (const file of [
  'examples/c-driver/ring.kho.json',
  'examples/c-luo-handler/slate.kho.json',
  'examples/c-seed-notifier/tracer.kho.json',
])
  test(`${file} does the same with clang`, async (t) => {
    if (!needsCompiler(t) || !needs(t, 'clang')) return;
    const [gcc, clang] = [await runNativeFile(file), await runNativeFile(file, CLANG)];
    assert.deepEqual([findingsOf(clang), clang.issues], [findingsOf(gcc), gcc.issues]);
    const consoles = gcc.kernels.map((_, i) => linesOf(gcc, i + 1));
    assert.ok(consoles.flat().length > 0);
    assert.deepEqual(
      clang.kernels.map((_, i) => linesOf(clang, i + 1)),
      consoles,
    );
  });

for (const bug of ['virtual-address', 'not-preserved', 'use-after-free'])
  test(`the deliberate bug ${bug} is found at its line with clang`, async (t) => {
    if (!needsCompiler(t) || !needs(t, 'clang')) return;
    const file = `examples/c-driver/bugs/${bug}.kho.json`;
    const expected = findingsOf(await runNativeFile(file));
    assert.ok(expected.length > 0);
    assert.deepEqual(findingsOf(await runNativeFile(file, CLANG)), expected);
  });

test('sanitizers of clang find what is out of bounds', async (t) => {
  if (!needsCompiler(t) || !needs(t, 'clang')) return;
  const body = '\tint past = 4;\n\tchar *four = kmalloc(past, GFP_KERNEL);\n\tfour[past] = 1;';
  const options = { ...CLANG, sanitize: ['address', 'undefined'] } satisfies NativeRunOptions;
  const result = await runC(
    t,
    { drivers: { 'd.c': driverWith(body) }, releases: ['7.3'] },
    options,
  );
  assert.deepEqual(findingsOf(result), ['sanitizer-report d.c:11']);
});
