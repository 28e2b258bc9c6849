// The examples, as users run them: each comes to what its scenario expects, at the wrong line.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { isCleanRun, type RunResult } from '../../simulator/index.ts';
import { matchGolden } from '../support/golden.ts';
import { runInProcesses, scenarioFrom, withBindings } from './scenarios.ts';

const SCENARIO = 'examples/ftrace/ftrace.kho.json';

async function run(file: string, seed?: number): Promise<RunResult> {
  const value = scenarioFrom(path.resolve(file), readFileSync(file, 'utf8'));
  const folders = value.bindings.map((each) => path.resolve(path.dirname(file), each));
  return runInProcesses(value, {}, seed ?? value.seed, withBindings(folders));
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

const MAINLINE_BUGS: readonly [string, string, RegExp][] = [
  ['blob-not-preserved', 'state-not-preserved', /^blob-not-preserved\.ts: khoAddSubtree\('state'/],
  ['error-pointer', 'error-pointer', /^error-pointer\.ts: khoUnpreserveFree\(mem/],
  ['freed-while-preserved', 'freed-while-preserved', /^freed-while-preserved\.ts: folioPut\(folio/],
  ['wrong-width', 'property-type', /^wrong-width\.ts: fdtProperty\(fdt, 'page'/],
  ['never-restored', 'never-restored', /^never-restored\.ts: khoPreserveFolio\(folio/],
  [
    'unchecked-compatible',
    'unchecked-compatible',
    /^unchecked-compatible\.ts: fdtGetprop\(fdt, 0, 'page'/,
  ],
  ['restored-twice', 'restored-twice', /^restored-twice\.ts: khoRestoreFolio\(found\.phys/],
];

const HANDLER_BUGS: readonly [string, string, RegExp][] = [
  ['finish-leaks', 'never-restored', /^finish-leaks\.ts: khoPreserveFolio\(page/],
  [
    'registered-late',
    'never-restored',
    /^registered-late\.ts: kho(AllocPreserve\(|PreserveFolio\(page)/,
  ],
  ['unpreserve-forgets', 'left-preserved', /^unpreserve-forgets\.ts: khoPreserveFolio\(page/],
  ['virtual-data', 'stale-pointer', /^virtual-data\.ts: liveupdateRegisterFileHandler\(/],
];

test('files of a device and a memfd are there again in the next kernel', async () => {
  const result = await run('examples/luo-handler/vault.kho.json');
  assert.deepEqual(result.findings, []);
  assert.equal(result.outcome, 'completed');
});

for (const [folder, bugs] of [
  ['examples/ftrace/bugs', BUGS],
  ['examples/mainline-subtree/bugs', MAINLINE_BUGS],
  ['examples/luo-handler/bugs', HANDLER_BUGS],
] as const) {
  for (const [name, rule, place] of bugs)
    test(`the deliberate bug ${name} is found at its line`, async () => {
      const result = await run(`${folder}/${name}.kho.json`);
      assert.ok(isCleanRun(result), JSON.stringify(result.expectation));
      assert.match(lineAt(result, rule), place);
    });

  test(`there is no bug in ${folder} without a test`, () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
    assert.deepEqual(
      files.map((file) => path.basename(file, '.kho.json')).sort(),
      bugs.map(([name]) => name).sort(),
    );
  });
}

test('51 sessions and a name that is taken make the next kernel panic', async () => {
  const result = await run('examples/live-update/bugs/name-taken.kho.json');
  assert.ok(isCleanRun(result), JSON.stringify(result.expectation));
  assert.equal(result.reason, 'kernel 2 panics: it does not understand the state of LUO (-22)');
});

// Drivers in C need a compiler and have tests of their own.
const isInC = (name: string): boolean => name.startsWith('c-');

for (const folder of readdirSync('examples', { withFileTypes: true }).filter(
  ({ name }) => !isInC(name),
))
  for (const file of folder.isDirectory() ? readdirSync(`examples/${folder.name}`) : [])
    if (file.endsWith('.kho.json'))
      test(`the example ${folder.name}/${file} comes to what it expects`, async () => {
        const result = await run(`examples/${folder.name}/${file}`);
        assert.ok(isCleanRun(result), JSON.stringify([result.expectation, result.issues]));
        assert.equal(result.outcome, 'completed');
        assert.deepEqual(result.findings, []);
      });
