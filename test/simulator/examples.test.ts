// The examples, as users run them: each comes to what its scenario expects, at the wrong line.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { isCleanRun, parseScenario, type RunResult } from '../../simulator/index.ts';
import { matchGolden } from '../support/golden.ts';
import { runInProcesses } from './scenarios.ts';

const SCENARIO = 'examples/ftrace/ftrace.kho.json';

async function run(file: string, seed?: number): Promise<RunResult> {
  const source = { path: path.resolve(file), text: readFileSync(file, 'utf8') };
  const { value, issues } = parseScenario(source);
  assert.deepEqual(issues, []);
  assert.ok(value !== undefined);
  return runInProcesses(value, {}, seed ?? value.seed);
}

/** The line of a driver that a finding is pinned to. */
function lineAt(result: RunResult, rule: string): string {
  const site = result.findings.find((finding) => finding.rule === rule)?.site;
  assert.ok(site !== undefined, `${rule} has a place`);
  const line = readFileSync(site.path, 'utf8').split('\n')[site.line - 1] ?? '';
  return `${path.basename(site.path)}: ${line.slice(site.column - 1)}`;
}

test('the tracer carries its buffers over, every byte', async () => {
  const result = await run(SCENARIO);
  assert.deepEqual(result.findings, []);
  assert.deepEqual(result.issues, []);
  assert.equal(result.outcome, 'completed');
  assert.ok(result.kernels[1]?.console.includes('ftrace: 8 pages of 2 CPUs are as they were'));
  matchGolden('test/simulator/golden/ftrace.trace', result.trace);
});

test('the same seed gives the same trace, also in processes', async () => {
  assert.equal((await run(SCENARIO, 5)).trace, (await run(SCENARIO, 5)).trace);
});

// Each deliberate bug, what it is called, and the text of the driver that it is pinned to.
const BUGS: readonly [string, string, RegExp][] = [
  ['not-listed', 'memory-not-preserved', /^not-listed\.ts: read\(k\.va\(last\)/],
  ['odd-length', 'mem-length', /^odd-length\.ts: fdtProperty\(fdt, 'mem', mem\.subarray/],
  ['in-scratch', 'preserved-memory-in-scratch', /^ftrace\.ts: fdtProperty\(fdt, 'mem'/],
  ['changed-while-active', 'changed-while-active', /^changed-while-active\.ts: writeU64\(page/],
  ['claimed-twice', 'claimed-twice', /^claimed-twice\.ts: khoClaimMem\(page\);$/],
  ['never-claimed', 'never-claimed', /^ftrace\.ts: fdtProperty\(fdt, 'mem'/],
  ['wrong-compatible', 'compatible-mismatch', /^wrong-compatible\.ts: fdtNodeCheckCompatible\(/],
];

for (const [name, rule, place] of BUGS)
  test(`the deliberate bug ${name} is found at its line`, async () => {
    const result = await run(`examples/ftrace/bugs/${name}.kho.json`);
    assert.ok(isCleanRun(result), JSON.stringify(result.expectation));
    assert.match(lineAt(result, rule), place);
  });

test('there is no bug without a test', () => {
  const files = readdirSync('examples/ftrace/bugs').filter((file) => file.endsWith('.json'));
  assert.deepEqual(
    files.map((file) => path.basename(file, '.kho.json')).sort(),
    BUGS.map(([name]) => name).sort(),
  );
});
