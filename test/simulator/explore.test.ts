// Circumstances drawn from seeds find what a plain run does not, and what is found becomes small.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  createInlineRuntime,
  type ExploreReport,
  exploreScenario,
  fileOfFailure,
  type InlineDriver,
  isCleanRun,
  type Kernel,
  type RawScenario,
  runScenario,
} from '../../simulator/index.ts';
import { BINDINGS, scenarioFrom } from './scenarios.ts';

type Drivers = Readonly<Record<string, () => InlineDriver>>;

const JUMP = [{ kexecLoad: {} }, { kexec: {} }];

/** Three kernels of 7.3 with these drivers, each of which is called for its work. */
function scenarioWith(names: readonly string[]): RawScenario {
  const drivers = names.map((name) => `${name}.ts`);
  const work = names.map((name) => ({ call: name, function: 'work' }));
  const kernel = { release: '7.3', cmdline: 'kho=on kho_scratch=16M,32M,16M', drivers };
  const raw = {
    title: 'test',
    machine: { ram: [{ start: '0', size: '1G' }] },
    kernels: [
      { ...kernel, steps: [...work, ...JUMP] },
      { ...kernel, steps: [...work, ...JUMP] },
      { ...kernel, steps: work },
    ],
  };
  return raw as RawScenario;
}

function explore(raw: RawScenario, drivers: Drivers, count: number): Promise<ExploreReport> {
  const runtime = createInlineRuntime(drivers);
  return exploreScenario(raw, '/s/x.kho.json', {
    runtime,
    bindings: BINDINGS,
    firstSeed: 1,
    count,
  });
}

const harmless = (): InlineDriver => ({
  work(k: Kernel) {
    k.kfree(k.kzalloc(64, 'GFP_KERNEL'));
  },
});

/** Forgets the first when there is no memory for the second, in its workload of any kernel. */
const forgetful = (): InlineDriver => ({
  work(k: Kernel) {
    const a = k.kzalloc(64, 'GFP_KERNEL');
    if (a === 0n) return -12;
    const b = k.vmalloc(k.pageSize);
    if (b === 0n) return -12;
    k.vfree(b);
    k.kfree(a);
    return 0;
  },
});

test('a fault that is found shrinks to the driver, the step and the call that it takes', async () => {
  const drivers = { one: harmless, two: forgetful, three: harmless };
  const raw = scenarioWith(['one', 'two', 'three']);
  const { failure } = await explore(raw, drivers, 100);
  assert.ok(failure !== undefined);
  assert.deepEqual(
    failure.shrunkFailure.findings.map(({ rule }) => rule),
    ['left-allocated'],
  );
  assert.deepEqual(failure.shrunk, {
    title: 'test',
    seed: 1,
    // Half of it would not do for scratch.
    machine: { ram: [{ start: '0', size: '128M' }] },
    kernels: [
      {
        release: '7.3',
        cmdline: 'kho=on kho_scratch=16M,32M,16M',
        drivers: ['two.ts'],
        steps: [{ call: 'two', function: 'work' }],
      },
    ],
    faults: [{ kernel: 1, driver: 'two', function: 'vmalloc', nth: 1 }],
  });
  // The file shows the same, and nothing else that would not be expected.
  const text = JSON.stringify(fileOfFailure(failure, (path) => path));
  const value = scenarioFrom('/s/small.kho.json', text);
  const runtime = createInlineRuntime(drivers);
  const result = await runScenario(value, { runtime, bindings: BINDINGS });
  assert.ok(!isCleanRun(result));
  assert.deepEqual(result.expectation?.unexpected, ['left-allocated']);
  assert.deepEqual(result.expectation?.missing, []);
});

test('a seed draws the same whatever ran before it', async () => {
  const drivers = { one: harmless, two: forgetful };
  const raw = scenarioWith(['one', 'two']);
  const { failure } = await explore(raw, drivers, 100);
  assert.ok(failure !== undefined);
  const runtime = createInlineRuntime(drivers);
  const again = await exploreScenario(raw, '/s/x.kho.json', {
    runtime,
    bindings: BINDINGS,
    firstSeed: failure.seed,
    count: 1,
    concurrency: 2,
  });
  assert.deepEqual(again.failure, failure);
});

/** Needs its neighbour to have started before it. */
function pair(): Drivers {
  let isReady = false;
  return {
    first: () => {
      isReady = false;
      return {
        init() {
          isReady = true;
        },
        work() {},
      };
    },
    second: () => ({ init: () => (isReady ? 0 : -19), work() {} }),
  };
}

test('drivers that rely on their order are found out', async () => {
  const { failure } = await explore(scenarioWith(['first', 'second']), pair(), 50);
  assert.ok(failure !== undefined);
  assert.deepEqual(
    failure.shrunkFailure.findings.map(({ rule }) => rule),
    ['driver-failed'],
  );
  assert.deepEqual(failure.shrunk.faults ?? [], []);
  assert.equal(failure.shrunk.kernels.length, 1);
});

test('drivers without a mistake pass all seeds', async () => {
  const report = await explore(scenarioWith(['one']), { one: harmless }, 20);
  assert.deepEqual(report, { seeds: 20, firstSeed: 1 });
});
