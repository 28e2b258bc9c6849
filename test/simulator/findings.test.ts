// What a sanitizer would say: one wrong driver a row, and exactly the findings it gets.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Fdt, Kernel } from '../../simulator/index.ts';
import { memOf, type PageDriver, pageDriver, rangeOf, serializePages } from './page-driver.ts';
import { ACTIVATE, JUMP, LOAD, rulesOf, runInline, scenarioOf } from './scenarios.ts';

type Change = (driver: PageDriver) => Record<string, (k: Kernel, fdt: Fdt) => unknown>;

const FLOW = [ACTIVATE, { call: 'd', function: 'late' }, LOAD, JUMP];

/** The name, what is wrong, the findings, and whether `late` is called between write and load. */
const WRONG: readonly [string, Change, readonly string[]][] = [
  [
    'reads what was never allocated',
    () => ({ late: (k) => k.read(k.va(0x4000000n), 8) }),
    ['unowned-memory-read'],
  ],
  [
    'takes a physical address for a virtual one',
    ({ pages }) => ({ late: (k) => k.read(k.pa(pages[0] as bigint), 8) }),
    ['unowned-memory-read'],
  ],
  [
    'writes what was never allocated',
    () => ({ late: (k) => k.write(k.va(0x4000000n), new Uint8Array(1)) }),
    ['unowned-memory-written'],
  ],
  [
    'uses a page after it was freed',
    () => ({
      late(k) {
        const page = k.getFreePages('GFP_KERNEL', 0);
        k.freePages(page, 0);
        k.read(page, 8);
      },
    }),
    ['use-after-free'],
  ],
  [
    'uses an object after it was freed',
    () => ({
      late(k) {
        k.kzalloc(64, 'GFP_KERNEL');
        const object = k.kzalloc(64, 'GFP_KERNEL');
        k.kfree(object);
        k.writeU32(object, 1);
      },
    }),
    ['use-after-free'],
  ],
  [
    'writes past the end of an object',
    () => ({
      late(k) {
        const object = k.kzalloc(56, 'GFP_KERNEL');
        k.write(object, new Uint8Array(56));
        k.write(object, new Uint8Array(57));
      },
    }),
    ['unowned-memory-written'],
  ],
  [
    'reads past the end of an object',
    () => ({ late: (k) => k.readU64(k.kzalloc(12, 'GFP_KERNEL') + 8n) }),
    ['unowned-memory-read'],
  ],
  [
    'frees twice',
    () => ({
      late(k) {
        const page = k.getFreePages('GFP_KERNEL', 2);
        k.freePages(page, 2);
        k.freePages(page, 2);
      },
    }),
    ['bad-free'],
  ],
  [
    'frees with another order',
    () => ({ late: (k) => k.freePages(k.getFreePages('GFP_KERNEL', 3), 2) }),
    ['bad-free'],
  ],
  [
    'frees what was serialized',
    ({ pages }) => ({ late: (k) => k.freePages(pages[0] as bigint, 0) }),
    ['changed-while-active'],
  ],
  [
    'hands over a virtual address',
    ({ pages }) => ({
      serialize: (k, fdt) =>
        serializePages(
          k,
          fdt,
          k.khoMem([{ addr: (pages[0] as bigint) & 0xfffffffffffffn, len: 4096n }]),
        ),
      deserialize: () => 0,
    }),
    ['mem-outside-ram', 'never-claimed'],
  ],
  [
    'hands over a length that no machine has',
    ({ pages }) => ({
      serialize: (k, fdt) =>
        serializePages(
          k,
          fdt,
          k.khoMem([rangeOf(k, pages[0] as bigint), { addr: 1n << 32n, len: 1n << 60n }]),
        ),
      deserialize(k, fdt) {
        for (const mem of memOf(k, fdt).slice(0, 1)) k.khoClaimMem(mem);
      },
    }),
    ['mem-range', 'mem-outside-ram', 'never-claimed'],
  ],
  [
    'claims more than was handed over',
    () => ({
      deserialize(k, fdt) {
        for (const { addr, len } of memOf(k, fdt)) k.khoClaimMem({ addr, len: len * 2n });
      },
    }),
    ['claimed-not-preserved'],
  ],
  [
    'claims what nobody handed over',
    () => ({
      deserialize(k, fdt) {
        for (const mem of memOf(k, fdt)) k.khoReturnMem(mem);
        k.khoClaimMem({ addr: 0x4000000n, len: 4096n });
      },
    }),
    ['claimed-not-preserved'],
  ],
  [
    'returns a range twice',
    () => ({
      deserialize(k, fdt) {
        for (const mem of memOf(k, fdt)) k.khoReturnMem(mem);
        k.khoReturnMem(memOf(k, fdt)[0] as { addr: bigint; len: bigint });
      },
    }),
    ['claimed-twice'],
  ],
  [
    'uses what it returned',
    () => ({
      deserialize(k, fdt) {
        for (const mem of memOf(k, fdt)) {
          k.khoReturnMem(mem);
          k.readU64(k.va(mem.addr));
        }
      },
    }),
    ['use-after-free'],
  ],
  [
    'writes a page before it is claimed',
    () => ({
      deserialize(k, fdt) {
        for (const mem of memOf(k, fdt)) {
          k.writeU64(k.va(mem.addr), 1n);
          k.khoClaimMem(mem);
        }
      },
    }),
    ['unowned-memory-written'],
  ],
  [
    'claims a page that two ranges share',
    ({ pages }) => ({
      serialize(k, fdt) {
        const whole = rangeOf(k, pages[0] as bigint);
        const half = { addr: whole.addr, len: 64n };
        return serializePages(k, fdt, k.khoMem([whole, half]));
      },
      deserialize(k, fdt) {
        const [whole, half] = memOf(k, fdt) as [
          { addr: bigint; len: bigint },
          { addr: bigint; len: bigint },
        ];
        k.khoClaimMem(whole);
        k.khoReturnMem(half);
      },
    }),
    ['claimed-shared-page'],
  ],
  [
    'leaves a node open',
    () => ({ serialize: (k, fdt) => k.fdtBeginNode(fdt, 'open') }),
    ['serialize-failed', 'step-failed', 'not-active-at-load'],
  ],
  [
    'cannot serialize',
    () => ({ serialize: () => -12 }),
    ['serialize-failed', 'step-failed', 'not-active-at-load'],
  ],
  [
    'throws',
    () => ({
      late() {
        throw new Error('no memory');
      },
    }),
    ['driver-threw'],
  ],
  [
    'fails to start',
    () => ({ init: () => -19, serialize: () => 0 }),
    ['driver-failed', 'driver-failed'],
  ],
  [
    'passes nonsense',
    () => ({ late: (k) => k.getFreePages('GFP_NONE' as 'GFP_KERNEL', 0) }),
    ['api-misuse', 'driver-threw'],
  ],
  [
    'claims in a first kernel',
    () => ({ late: (k) => k.khoClaimMem({ addr: 0n, len: 1n }) }),
    ['api-misuse', 'driver-threw'],
  ],
  [
    'writes to the FDT when it likes',
    () => ({ late: (k) => k.fdtBeginNode(2 as Fdt, 'late') }),
    ['api-misuse', 'driver-threw'],
  ],
  [
    'takes a release for another one',
    () => ({
      deserialize(k, fdt) {
        k.fdtNodeCheckCompatible(fdt, k.fdtPathOffset(fdt, '/pages'), 'pages-v3');
        for (const mem of memOf(k, fdt)) k.khoReturnMem(mem);
      },
    }),
    ['compatible-mismatch'],
  ],
  [
    'knows two versions, which is fine',
    () => ({
      deserialize(k, fdt) {
        const node = k.fdtPathOffset(fdt, '/pages');
        k.fdtNodeCheckCompatible(fdt, node, 'pages-v2');
        k.fdtNodeCheckCompatible(fdt, node, 'pages-v1');
        for (const mem of memOf(k, fdt)) k.khoReturnMem(mem);
      },
    }),
    [],
  ],
];

for (const [name, change, rules] of WRONG)
  test(`a driver that ${name}: ${rules.join(', ') || 'nothing'}`, async () => {
    const driver = pageDriver(1, (base) => ({ late: () => 0, ...change(base) }));
    const result = await runInline(scenarioOf({ drivers: ['d.ts'], steps: FLOW }), { d: driver });
    assert.deepEqual(rulesOf(result), rules);
    for (const { message } of result.findings)
      assert.doesNotMatch(message, /undefined|NaN|\[object/);
  });

test('a pointer of the first kernel is stale in the second', async () => {
  const driver = pageDriver(1, ({ pages }) => ({
    serialize(k: Kernel, fdt: Fdt) {
      k.writeU64(pages[0] as bigint, pages[0] as bigint);
      return serializePages(k, fdt, k.khoMem([rangeOf(k, pages[0] as bigint)]));
    },
    deserialize(k: Kernel, fdt: Fdt) {
      for (const mem of memOf(k, fdt)) k.readU64(k.readU64(k.khoClaimMem(mem)));
    },
  }));
  const result = await runInline(scenarioOf({ drivers: ['d.ts'] }), { d: driver });
  assert.deepEqual(rulesOf(result), ['stale-pointer']);
});

test('memory that was not handed over names who had it', async () => {
  let address = 0n;
  const driver = pageDriver(1, () => ({
    forget(k: Kernel) {
      address = k.pa(k.getFreePages('GFP_KERNEL', 0));
    },
    deserialize(k: Kernel, fdt: Fdt) {
      for (const mem of memOf(k, fdt)) k.khoReturnMem(mem);
      k.read(k.va(address), 16);
    },
  }));
  const steps = [{ call: 'd', function: 'forget' }, ACTIVATE, LOAD, JUMP];
  const result = await runInline(scenarioOf({ drivers: ['d.ts'], steps }), { d: driver });
  assert.deepEqual(rulesOf(result), ['memory-not-preserved']);
  assert.match(result.findings[0]?.message ?? '', /kernel 1 did not hand it over/);
});

test('one cause is said once, however often it happens', async () => {
  const late = (k: Kernel): void => {
    for (let i = 0; i < 100; i++) k.read(k.va(0x4000000n), 8);
  };
  const driver = pageDriver(1, () => ({ late }));
  const result = await runInline(scenarioOf({ drivers: ['d.ts'], steps: FLOW }), { d: driver });
  assert.deepEqual(rulesOf(result), ['unowned-memory-read']);
});
