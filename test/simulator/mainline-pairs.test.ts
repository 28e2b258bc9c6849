// Two kernels of different releases do what `kho compat` says they do.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  compare,
  RELEASES,
  type Release,
  readerOfRelease,
  releaseNamed,
  writerOfRelease,
} from '../../kho/index.ts';
import type { Driver, Kernel, RunResult } from '../../simulator/index.ts';
import { parseScenario } from '../../simulator/index.ts';
import {
  CMDLINE,
  FINALIZE,
  handoverSteps,
  MAINLINE,
  scenarioOfKernels,
  stateDriver,
} from './mainline-scenarios.ts';
import { pageDriver } from './page-driver.ts';
import { ACTIVATE, JUMP, LOAD, runInline } from './scenarios.ts';

const SEED = releaseNamed('seed') as Release;
const SIMULATED: readonly Release[] = [SEED, ...MAINLINE];
const isMainline = (release: Release): boolean => release !== SEED;

function driverOf(release: Release): Driver & Record<string, unknown> {
  return isMainline(release) ? stateDriver(release)() : { ...pageDriver(2)() };
}

/** One kernel hands over to another, each with a driver of its own release. */
function handOver(from: Release, to: Release, arch: 'x86_64' | 'arm64'): Promise<RunResult> {
  const steps = isMainline(from) ? handoverSteps(from) : [ACTIVATE, LOAD, JUMP];
  const kernels = [from, to].map((release, index) => ({
    release: release.name,
    cmdline: isMainline(release) ? CMDLINE : 'kho_scratch=64M',
    ...(index === 0 ? { steps } : {}),
  }));
  const start = arch === 'x86_64' ? 0 : '1G';
  const machine = { arch, ram: [{ start, size: '512M' }] };
  const value = scenarioOfKernels(kernels, machine);
  const drivers = [driverOf(from), driverOf(to)];
  return runInline(value, { d: () => drivers.shift() as never });
}

for (const arch of ['x86_64', 'arm64'] as const)
  for (const from of SIMULATED)
    for (const to of SIMULATED)
      test(`${arch}: ${to.title} after ${from.title}`, async () => {
        const writer = { ...writerOfRelease(from), architecture: arch };
        const [root] = compare(writer, { ...readerOfRelease(to), architecture: arch });
        const result = await handOver(from, to, arch);
        const second = result.kernels[1];
        const rules = result.findings.map(({ rule }) => rule);
        switch (root?.outcome) {
          case 'understood':
            assert.equal(second?.isKhoBoot, true, second?.console.join('\n'));
            assert.ok(!rules.includes('handover-refused'));
            break;
          case 'refused':
            assert.equal(second?.isKhoBoot, false);
            assert.equal(result.outcome, 'completed');
            break;
          case 'misread':
            assert.ok(rules.includes('handover-misread'), rules.join());
            break;
          default:
            assert.fail(root?.outcome);
        }
      });

test('the schema of scenarios has just the releases that are simulated', () => {
  const names = RELEASES.map(({ name }) => name).filter((name) => {
    const kernels = [{ release: name }];
    const text = JSON.stringify({ title: 'test', kernels });
    return parseScenario({ path: '/s/test.kho.json', text }).value !== undefined;
  });
  assert.deepEqual(
    names,
    SIMULATED.map(({ name }) => name),
  );
});

test('state goes through a chain of five kernels that understand each other', async () => {
  const chain = ['7.2', '7.3', '7.2', '7.3', '7.3'];
  const kernels = chain.map((release, index) => ({
    release,
    steps: index < chain.length - 1 ? [LOAD, JUMP] : [],
  }));
  const value = scenarioOfKernels(kernels);
  const counts: (readonly [number, number])[] = [];
  const result = await runInline(value, {
    d: () => ({
      init(k: Kernel) {
        const found = k.khoRetrieveSubtree('count');
        let page: bigint;
        if (typeof found === 'number') {
          page = k.khoAllocPreserve(4096);
        } else {
          page = k.khoRestoreFolio(found.phys);
          if (page === 0n || k.khoPreserveFolio(page) !== 0) return -5;
        }
        k.writeU32(page, k.readU32(page) + 1);
        counts.push([k.number, k.readU32(page)]);
        return k.khoAddSubtree('count', page, 4);
      },
    }),
  });
  assert.deepEqual(result.findings, []);
  assert.deepEqual(
    counts,
    chain.map((_release, index) => [index + 1, index + 1]),
  );
  // Each kernel tells the next how many jumps there were.
  assert.ok(result.kernels[4]?.console.includes('KHO: exec from: 7.3.0 (count 4)'));
});

test('memory that is not preserved again is gone with the next jump', async () => {
  const result = await runInline(chainOf(['7.3', '7.3', '7.3']), {
    d: () => ({
      init(k: Kernel) {
        const found = k.khoRetrieveSubtree('once');
        if (typeof found === 'number') {
          if (k.number > 1) return 0;
          return k.khoAddSubtree('once', k.khoAllocPreserve(8), 8);
        }
        return k.khoRestoreFolio(found.phys) === 0n ? -5 : 0;
      },
    }),
  });
  assert.deepEqual(
    result.findings.map(({ rule, severity }) => [rule, severity]),
    [['not-handed-on', 'info']],
  );
  assert.equal(result.images.length, 2);
  assert.deepEqual(result.kernels[1]?.preserved, []);
});

function chainOf(chain: readonly string[]): NonNullable<ReturnType<typeof parseScenario>['value']> {
  const kernels = chain.map((release, index) => ({
    release,
    cmdline: CMDLINE,
    drivers: ['d.ts'],
    steps: index < chain.length - 1 ? [LOAD, JUMP] : [{ read: FINALIZE, error: 'ENOENT' }],
  }));
  const { value } = parseScenario({
    path: '/s/test.kho.json',
    text: JSON.stringify({ title: 'test', kernels }),
  });
  assert.ok(value !== undefined);
  return value;
}

const REFUSALS: readonly (readonly [string, string, string])[] = [
  ['6.19', '7.1', 'KHO: disabling KHO revival'],
  ['7.1', '7.3', 'KHO: disabling KHO revival'],
  ['7.3', '7.0', 'KHO: disabling KHO revival'],
  ['7.3', '6.19', 'KHO: disabling KHO revival: -22'],
  ['7.3', '6.16', 'KHO: disabling KHO revival: -22'],
];

for (const [from, to, line] of REFUSALS)
  test(`${to} refuses what ${from} handed over in its own words`, async () => {
    const [writer, reader] = [releaseNamed(from), releaseNamed(to)];
    assert.ok(writer !== undefined && reader !== undefined);
    const result = await handOver(writer, reader, 'x86_64');
    const lines = result.kernels[1]?.console.filter((each) => each.includes('revival'));
    assert.deepEqual(lines, [line]);
  });
