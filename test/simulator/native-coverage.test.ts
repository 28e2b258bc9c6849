// Which lines of a driver in C have run: in any of the runs, and whatever became of them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { LineCoverage } from '../../simulator/index.ts';
import { createNativeRuntime } from '../../simulator/native/index.ts';
import { needsCompiler } from '../support/native.ts';
import { needs } from '../support/tools.ts';
import { driverWith, NATIVE_FOLDER, runC } from './native-scenarios.ts';

const DRIVER = driverWith(
  `	void *a = kho_alloc_preserve(PAGE_SIZE), *b;

	if (IS_ERR(a))
		return PTR_ERR(a);
	b = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(b)) {
		kho_unpreserve_free(a);
		return PTR_ERR(b);
	}
	if (is_kho_boot())
		return *(volatile int *)16;
	kho_unpreserve_free(b);
	kho_unpreserve_free(a);`,
  `static __used int unused(void)
{
	return 0;
}`,
);

/** The text of every line that never ran, without what is around it. */
function missedLines(coverage: readonly LineCoverage[]): string[] {
  const lines = DRIVER.split('\n');
  assert.deepEqual(
    coverage.map(({ path: file }) => path.basename(file)),
    ['d.c'],
  );
  return coverage.flatMap(({ missed }) =>
    missed.flatMap(({ start, end }) =>
      lines.slice(start - 1, end).map((line) => line.replace(/[\s{};]+/g, ' ').trim()),
    ),
  );
}

for (const compiler of ['gcc', 'clang'] as const)
  test(`lines that no run came to, compiled with ${compiler}`, async (t) => {
    if (!needsCompiler(t) || !needs(t, compiler)) return;
    const missed = await missedAfterEach(t, compiler);
    const never = ['return 0'];
    assert.deepEqual(missed, [
      // What faults has run.
      [...never, 'return PTR_ERR(a)', 'kho_unpreserve_free(a)', 'return PTR_ERR(b)'],
      [...never, 'kho_unpreserve_free(a)', 'return PTR_ERR(b)'],
      never,
    ]);
  });

/** After a run over two kernels, and two more in which a call fails. */
async function missedAfterEach(t: TestContext, compiler: string): Promise<string[][]> {
  const cacheFolder = path.resolve('build/native-cache');
  const options = { nativeFolder: NATIVE_FOLDER, cacheFolder, compiler, countsLines: true };
  const runtime = createNativeRuntime(options);
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-coverage-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'd.c');
  writeFileSync(file, DRIVER);
  const missed: string[][] = [];
  try {
    for (const failingCall of [undefined, 1, 2]) {
      const failing = failingCall === undefined ? {} : { failingCall };
      await runC(t, { files: [file] }, { ...failing, runtime });
      missed.push(missedLines(await runtime.lineCoverage()));
    }
  } finally {
    await runtime.stop();
  }
  return missed;
}
