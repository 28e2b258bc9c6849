// The flow of the slides, from the first kernel's scratch to the second kernel's claims.
import assert from 'node:assert/strict';
import test from 'node:test';
import { childOf, readCells, readFdt } from '../../fdt/index.ts';
import { KHO_DATA_SEED, readStruct, SETUP_DATA } from '../../kho/index.ts';
import { createInlineRuntime, type InlineDriver, runScenario } from '../../simulator/index.ts';
import { pageDriver } from './page-driver.ts';
import { ACTIVATE, BINDINGS, JUMP, LOAD, rulesOf, runInline, scenarioOf } from './scenarios.ts';

const DRIVERS = { d: pageDriver(20) };

for (const arch of ['x86_64', 'arm64'] as const) {
  test(`${arch}: fifty seeds hand every page over`, async () => {
    const scenario = scenarioOf({ arch, drivers: ['d.ts'] });
    const placements = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const result = await runInline(scenario, DRIVERS, seed);
      assert.deepEqual(result.findings, [], `seed ${seed}`);
      assert.equal(result.outcome, 'completed');
      const [first, second] = result.kernels;
      assert.equal(second?.isKhoBoot, true);
      assert.equal(first?.preserved.length, 20);
      assert.ok(first.preserved.every(({ fate }) => fate === 'claimed'));
      placements.add(first.preserved.map(({ address }) => address).join());
    }
    assert.equal(placements.size, 50, 'every seed places pages elsewhere');
  });

  test(`${arch}: the same seed gives the same trace, byte for byte`, async () => {
    const scenario = scenarioOf({ arch, drivers: ['d.ts'] });
    const [a, b] = [await runInline(scenario, DRIVERS, 7), await runInline(scenario, DRIVERS, 7)];
    assert.equal(a.trace, b.trace);
    assert.notEqual(a.trace, (await runInline(scenario, DRIVERS, 8)).trace);
  });
}

test('memory goes through five kernels as it was', async () => {
  const scenario = scenarioOf({ drivers: ['d.ts'], kernels: 5 });
  const result = await runInline(scenario, DRIVERS);
  assert.deepEqual(result.findings, []);
  assert.equal(result.kernels.length, 5);
  assert.equal(result.images.length, 4);
});

test('the image has x86 boot data that leads to everything', async () => {
  const { images } = await runInline(scenarioOf({ drivers: ['d.ts'] }), DRIVERS);
  const [image] = images;
  assert.ok(image !== undefined && image.rootFdt.kind === 'in-memory');
  const boot = image.memory.ranges().find(({ address, sizeBytes }) => {
    const params = image.memory.read(address, 4096);
    return (
      sizeBytes >= 4096n &&
      params !== undefined &&
      new DataView(params.buffer).getBigUint64(0x250, true) === address + 4096n
    );
  });
  assert.ok(boot !== undefined, 'boot parameters that point to a setup_data node');
  const bytes = image.memory.read(boot.address + 4096n, 64);
  assert.ok(bytes !== undefined);
  assert.deepEqual(readStruct(SETUP_DATA, bytes, 0, 'little'), { next: 0n, type: 10n, len: 48n });
  const data = readStruct(KHO_DATA_SEED, bytes, 16, 'little');
  assert.equal(data.dt_addr, image.rootFdt.address);
  assert.equal(data.dt_size, image.rootFdt.sizeBytes);
  assert.equal(data.scratch_addr, image.scratch?.[0]?.address);
  assert.equal(data.mem_cache_addr, image.memCache?.address);
  const fdt = image.memory.read(image.rootFdt.address, 4);
  assert.deepEqual([...(fdt ?? [])], [0xd0, 0x0d, 0xfe, 0xed]);
});

test('all of the image lies in scratch, and nothing else of it is known', async () => {
  const { images } = await runInline(scenarioOf({ drivers: ['d.ts'] }), DRIVERS);
  const [image] = images;
  const [scratch] = image?.scratch ?? [];
  assert.ok(image?.rootFdt.kind === 'in-memory' && scratch !== undefined);
  assert.ok(image.rootFdt.address >= scratch.address);
  assert.ok(image.rootFdt.address < scratch.address + scratch.sizeBytes);
  assert.equal(image.memory.read(scratch.address, 16), undefined);
});

// Steps of the first kernel; what each comes to.
const FLOWS: readonly [string, readonly object[], readonly string[], boolean][] = [
  ['a plain kexec hands nothing over', [LOAD, JUMP], ['not-active-at-load'], false],
  [
    'loading before serializing is too early',
    [LOAD, ACTIVATE, JUMP],
    ['not-active-at-load'],
    false,
  ],
  [
    'an abort takes everything back',
    [ACTIVATE, { write: '/sys/kernel/kho/active', data: '0' }, LOAD, JUMP],
    ['not-active-at-load'],
    false,
  ],
  ['activating twice is activating once', [ACTIVATE, ACTIVATE, LOAD, JUMP], [], true],
  [
    'a kernel that scratch has no room for is not loaded',
    [ACTIVATE, { kexecLoad: { kernel: '200M' }, error: 'EADDRNOTAVAIL' }, LOAD, JUMP],
    ['kexec-load-failed'],
    true,
  ],
];

for (const [name, steps, rules, isKhoBoot] of FLOWS)
  test(name, async () => {
    const result = await runInline(scenarioOf({ drivers: ['d.ts'], steps }), DRIVERS);
    assert.deepEqual(rulesOf(result), rules);
    assert.equal(result.outcome, 'completed');
    assert.equal(result.kernels[1]?.isKhoBoot, isKhoBoot);
  });

const STOPPED: readonly [string, readonly object[], RegExp][] = [
  ['a jump without an image', [JUMP], /no kernel was loaded/],
  ['no jump at all', [ACTIVATE], /never jumped/],
];

for (const [name, steps, reason] of STOPPED)
  test(`${name} stops the run`, async () => {
    const result = await runInline(scenarioOf({ drivers: ['d.ts'], steps }), DRIVERS);
    assert.equal(result.outcome, 'stopped');
    assert.match(result.reason ?? '', reason);
  });

test('scratch memory that cannot be reserved switches KHO off', async () => {
  const steps = [{ write: '/sys/kernel/kho/active', data: '1', error: 'ENOMEM' }, LOAD, JUMP];
  const scenario = scenarioOf({ drivers: ['d.ts'], cmdline: 'kho_scratch=1G', steps });
  const result = await runInline(scenario, DRIVERS);
  // Both kernels boot cold, and neither has the memory.
  assert.deepEqual(rulesOf(result), ['scratch-too-small', 'scratch-too-small']);
});

test('a second kernel that runs out of scratch panics', async () => {
  const steps = [ACTIVATE, { kexecLoad: { kernel: '2M', initrd: '1M' } }, JUMP];
  const ram = [{ start: 0, size: '1G' }];
  const scenario = scenarioOf({ drivers: ['d.ts'], cmdline: 'kho_scratch=16M', steps, ram });
  const result = await runInline(scenario, DRIVERS);
  assert.deepEqual(rulesOf(result), ['scratch-too-small']);
  assert.equal(result.outcome, 'stopped');
});

test('a run that is cancelled says so', async () => {
  const cancellation = { isCancelled: false };
  const result = await runScenario(scenarioOf({ drivers: ['d.ts'] }), {
    runtime: createInlineRuntime(DRIVERS),
    bindings: BINDINGS,
    cancellation,
    async beforePhase(_kernel, phase) {
      if (phase === 'serialize') cancellation.isCancelled = true;
    },
  });
  assert.equal(result.outcome, 'cancelled');
  assert.equal(result.kernels.length, 1);
});

test('drivers serialize in the order of their initcalls, each one node', async () => {
  const node =
    (name: string): (() => InlineDriver) =>
    () => ({
      serialize: (k, fdt) => k.fdtBeginNode(fdt, name) || k.fdtEndNode(fdt),
    });
  const drivers = { a: node('first'), b: node('second') };
  const steps = [ACTIVATE];
  const scenario = scenarioOf({ drivers: ['a.ts', 'b.ts'], kernels: 1, steps });
  const { kernels } = await runInline(scenario, drivers);
  assert.match(kernels[0]?.fdtSource ?? '', /compatible = "kho-v1";[\s\S]*first[\s\S]*second/);
});

test('one driver that fails makes all of them abort, also those that never serialized', async () => {
  const aborted: string[] = [];
  const driver =
    (name: string, error: number): (() => InlineDriver) =>
    () => ({
      serialize: () => error,
      abort: () => void aborted.push(name),
    });
  const drivers = { a: driver('a', 0), b: driver('b', -12), c: driver('c', 0) };
  const active = '/sys/kernel/kho/active';
  const steps = [
    { write: active, data: '1', error: 'EINVAL' },
    { read: active, expect: '0\n' },
  ];
  const scenario = scenarioOf({ drivers: ['a.ts', 'b.ts', 'c.ts'], kernels: 1, steps });
  const result = await runInline(scenario, drivers);
  assert.deepEqual(aborted, ['a', 'b', 'c']);
  assert.deepEqual(rulesOf(result), ['serialize-failed']);
});

test('arm64 has its boot data in /chosen, in cells of the root', async () => {
  const scenario = scenarioOf({ arch: 'arm64', drivers: ['d.ts'] });
  const [image] = (await runInline(scenario, DRIVERS)).images;
  assert.ok(image?.rootFdt.kind === 'in-memory');
  const trees = image.memory.ranges().flatMap(({ address, sizeBytes }) => {
    const bytes = image.memory.read(address, Number(sizeBytes));
    const tree = bytes && readFdt(bytes).value;
    return tree && childOf(tree.root, 'chosen') !== undefined ? [tree] : [];
  });
  const chosen = trees[0] && childOf(trees[0].root, 'chosen');
  assert.deepEqual(
    chosen?.properties.map(({ name, value }) => [name, readCells(value, 64, 'big')]),
    [
      ['linux,kho-dt', [image.rootFdt.address, image.rootFdt.sizeBytes]],
      ['linux,kho-scratch', [image.scratch?.[0]?.address, image.scratch?.[0]?.sizeBytes]],
      ['linux,kho-mem', [image.memCache?.address, image.memCache?.sizeBytes]],
    ],
  );
});

test('an image that fits nowhere is one finding, at the step that loads it', async () => {
  const steps = [ACTIVATE, { kexecLoad: { kernel: '1G' } }];
  const { findings } = await runInline(scenarioOf({ kernels: 1, steps }), {});
  assert.deepEqual(
    findings.map(({ rule, site }) => [rule, site?.path, site?.line]),
    [['kexec-load-failed', '/s/test.kho.json', 1]],
  );
  assert.match(findings[0]?.message ?? '', /EADDRNOTAVAIL/);
});
