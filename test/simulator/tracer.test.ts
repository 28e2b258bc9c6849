// The example's driver on many machines, in this process: a finding here is a bug of the engine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import swc from '@swc/wasm-typescript';
import { type InlineDriver, parseScenario, type RunResult } from '../../simulator/index.ts';
import { runInline } from './scenarios.ts';

const PATH = 'examples/ftrace/ftrace.kho.json';

const { code } = swc.transformSync(readFileSync('examples/ftrace/ftrace.ts', 'utf8'), {
  mode: 'strip-only',
});
let loaded = 0;

/** The driver's module, anew: its variables are those of one kernel. */
function loadTracer(): Promise<InlineDriver> {
  loaded += 1;
  return import(`data:text/javascript,${encodeURIComponent(`${code}// ${loaded}`)}`);
}

async function run(arch: 'x86_64' | 'arm64', seed: number): Promise<RunResult> {
  const raw = JSON.parse(readFileSync(PATH, 'utf8'));
  const start = arch === 'x86_64' ? '0' : '1G';
  const text = JSON.stringify({ ...raw, machine: { arch, ram: [{ start, size: '512M' }] } });
  const { value } = parseScenario({ path: `/${PATH}`, text });
  assert.ok(value !== undefined);
  const boots = [await loadTracer(), await loadTracer()];
  return runInline(value, { ftrace: () => boots.shift() as InlineDriver }, seed);
}

for (const arch of ['x86_64', 'arm64'] as const)
  test(`${arch}: the tracer's buffers survive with fifty seeds`, async () => {
    const trees = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const { findings, issues, kernels, outcome } = await run(arch, seed);
      assert.deepEqual(findings, [], `seed ${seed}`);
      assert.deepEqual(issues, [], `seed ${seed}`);
      assert.equal(outcome, 'completed');
      assert.ok(kernels[1]?.console.includes('ftrace: 8 pages of 2 CPUs are as they were'));
      trees.add(kernels[0]?.fdtSource ?? '');
    }
    assert.equal(trees.size, 50, 'every seed places the buffers elsewhere');
  });
