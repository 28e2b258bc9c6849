// Every call that may fail does, one run each: drivers that unwind survive, others are found out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import swc from '@swc/wasm-typescript';
import {
  createInlineRuntime,
  exploreFaults,
  type InlineDriver,
  type Kernel,
  parseScenario,
  runScenario,
} from '../../simulator/index.ts';
import { mainlineScenario } from './mainline-scenarios.ts';
import { BINDINGS, withBindings } from './scenarios.ts';

const FOLDER = 'examples/mainline-subtree';
const SOURCE = readFileSync(`${FOLDER}/journal.ts`, 'utf8');
const { code } = swc.transformSync(SOURCE, { mode: 'strip-only' });
let loaded = 0;

/** The module of the journal, anew: its variables are those of one kernel. */
function loadJournal(): Promise<InlineDriver> {
  loaded += 1;
  return import(`data:text/javascript,${encodeURIComponent(`${code}// ${loaded}`)}`);
}

/** Runs with the journal, of which there must be as many modules as kernels. */
async function exploreJournal(limit: number): ReturnType<typeof exploreFaults> {
  const text = readFileSync(`${FOLDER}/journal.kho.json`, 'utf8');
  const { value } = parseScenario({ path: `/${FOLDER}/journal.kho.json`, text });
  assert.ok(value !== undefined);
  const modules = await Promise.all(
    Array.from({ length: (limit + 1) * value.kernels.length }, loadJournal),
  );
  const runtime = createInlineRuntime({ journal: () => modules.pop() as InlineDriver });
  return exploreFaults(value, { runtime, bindings: withBindings([FOLDER]), limit });
}

test('the journal of the examples unwinds completely, whichever call fails', async () => {
  // Those of the first kernel: what fails later only costs what is there already.
  const { calls, runs } = await exploreJournal(13);
  assert.ok(calls > 30);
  assert.equal(runs.length, 13);
  for (const { call, findings, reason } of runs) {
    assert.deepEqual(
      findings.map(({ rule, message }) => `${rule}: ${message}`),
      [],
      `call ${call}`,
    );
    assert.equal(reason, undefined);
  }
});

/** Forgets to unpreserve the first folio when the second cannot be preserved. */
function forgetful(): InlineDriver {
  return {
    init(k: Kernel) {
      if (k.number > 1) return 0;
      const [first, second] = [k.folioAlloc('GFP_KERNEL', 0), k.folioAlloc('GFP_KERNEL', 0)];
      const giveUp = (): number => {
        if (first !== 0n) k.folioPut(first);
        if (second !== 0n) k.folioPut(second);
        return -12;
      };
      if (first === 0n || second === 0n) return giveUp();
      if (k.khoPreserveFolio(first) !== 0) return giveUp();
      if (k.khoPreserveFolio(second) !== 0) return -12;
      k.khoUnpreserveFolio(second);
      k.khoUnpreserveFolio(first);
      return 0;
    },
  };
}

test('an error path that forgets something is found by the call that fails', async () => {
  const scenario = mainlineScenario({ releases: ['7.3', '7.3'] });
  const runtime = createInlineRuntime({ d: forgetful });
  const { calls, runs } = await exploreFaults(scenario, { runtime, bindings: BINDINGS });
  assert.equal(calls, 4);
  assert.deepEqual(
    runs.map(({ findings }) => findings.map(({ rule }) => rule)),
    [[], [], [], ['left-preserved', 'left-allocated']],
  );
});

test('a pointer that nobody looked at is found when there is no memory', async () => {
  const scenario = mainlineScenario({ releases: ['7.3'] });
  const careless = (): InlineDriver => ({
    init: (k) => k.write(k.vmalloc(k.pageSize), new Uint8Array(8)),
  });
  const runtime = createInlineRuntime({ d: careless });
  const { runs } = await exploreFaults(scenario, { runtime, bindings: BINDINGS });
  assert.deepEqual(
    runs.map(({ findings }) => findings.map(({ rule }) => rule)),
    [['null-pointer']],
  );
  const result = await runScenario(scenario, { runtime, bindings: BINDINGS, failingCall: 1 });
  assert.match(result.trace, / fault driver=d name=vmalloc nth=1 call=1\n/);
});

test('what an initcall that fails has allocated and registered is left behind', async () => {
  const scenario = mainlineScenario({ releases: ['6.16'] });
  const leaky = (): InlineDriver => ({
    init(k) {
      k.registerKhoNotifier(onFinalize);
      k.kzalloc(64, 'GFP_KERNEL');
      return k.vmalloc(3 * k.pageSize) === 0n ? -12 : 0;
    },
  });
  const runtime = createInlineRuntime({ d: leaky });
  const { runs, coverage } = await exploreFaults(scenario, { runtime, bindings: BINDINGS });
  assert.deepEqual(
    runs.map(({ findings }) => findings.map(({ rule }) => rule)),
    [[], ['left-registered', 'left-allocated']],
  );
  assert.match(runs[1]?.findings[1]?.message ?? '', /a block of 64 bytes$/);
  assert.deepEqual(
    coverage.map((site) => [site.function, site.calls, site.failed]),
    [
      ['kzalloc', 1, 1],
      ['vmalloc', 1, 1],
    ],
  );
});

function onFinalize(): number {
  return 0;
}

test('with fewer runs than calls every place comes first', async () => {
  const scenario = mainlineScenario({ releases: ['7.3'] });
  const loop = (): InlineDriver => ({
    init(k) {
      for (let i = 0; i < 5; i++) k.kfree(k.kzalloc(8, 'GFP_KERNEL'));
      k.vfree(k.vmalloc(k.pageSize));
    },
  });
  const runtime = createInlineRuntime({ d: loop });
  const options = { runtime, bindings: BINDINGS, limit: 3 };
  const { runs, calls } = await exploreFaults(scenario, options);
  assert.equal(calls, 6);
  assert.deepEqual(
    runs.map(({ call }) => call),
    [1, 2, 6],
  );
});

test('a scenario can say which call fails', async () => {
  const faults = [{ kernel: 1, driver: 'd', function: 'kzalloc', nth: 2 }];
  const scenario = { ...mainlineScenario({ releases: ['7.3'] }), faults };
  const got: boolean[] = [];
  const asks = (): InlineDriver => ({
    init(k) {
      for (let i = 0; i < 3; i++) got.push(k.kzalloc(8, 'GFP_KERNEL') !== 0n);
    },
  });
  const runtime = createInlineRuntime({ d: asks });
  const result = await runScenario(scenario, { runtime, bindings: BINDINGS });
  assert.deepEqual(got, [true, false, true]);
  assert.deepEqual(result.faults, [{ ...faults[0], number: 2 }]);
});
