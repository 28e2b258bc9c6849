// Where memory comes from: flags of allocations, page blocks, nodes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { pageGeometry } from '../../kho/index.ts';
import type { Gfp, InlineDriver, Kernel, Scenario, Virt } from '../../simulator/index.ts';
import { PageAllocator } from '../../simulator/kernel/buddy.ts';
import { GFP_KERNEL, parseGfp } from '../../simulator/kernel/gfp.ts';
import { createRandom } from '../../simulator/machine/random.ts';
import { CMDLINE, runMainline, scenarioOfKernels } from './mainline-scenarios.ts';
import { runInline } from './scenarios.ts';

const BLOCK = 2 ** pageGeometry(4096).pageblockOrder;

function allocatorOf(blocks: number, seed = 1): PageAllocator {
  const allocator = new PageAllocator(createRandom(seed));
  allocator.addRanges([{ start: 0, end: blocks * BLOCK }], 'movable');
  return allocator;
}

test('pages that cannot move share page blocks, and those that can have others', () => {
  const allocator = allocatorOf(512);
  const types = ['unmovable', 'movable', 'reclaimable'] as const;
  for (let i = 0; i < 3000; i++) {
    const mobility = types[i % 3] as (typeof types)[number];
    const pfn = allocator.allocate(0, { mobility });
    assert.ok(pfn !== undefined);
    assert.equal(allocator.typeOf(pfn), mobility);
  }
});

const PARTS: readonly (readonly [string, number, string])[] = [
  ['all of which is free is claimed', BLOCK, 'unmovable'],
  ['half of which is free is claimed', BLOCK / 2, 'unmovable'],
  ['of which little is free stays what it is, and its pages are taken', BLOCK / 4, 'movable'],
];

for (const [name, pages, type] of PARTS)
  test(`a page block ${name}`, () => {
    const allocator = new PageAllocator(createRandom(1));
    allocator.addRanges([{ start: 0, end: pages }], 'movable');
    const taken = Array.from({ length: pages }, () =>
      allocator.allocate(0, { mobility: 'unmovable' }),
    );
    assert.equal(new Set(taken).size, pages);
    assert.equal(taken.includes(undefined), false);
    assert.equal(allocator.typeOf(0), type);
    for (const pfn of taken) allocator.free(pfn as number, 0);
    assert.notEqual(allocator.allocate(Math.log2(pages), GFP_KERNEL), undefined, 'merged again');
  });

test('scratch is never claimed, and used by what can move alone', () => {
  const allocator = allocatorOf(2);
  allocator.addRanges([{ start: 2 * BLOCK, end: 4 * BLOCK }], 'cma');
  let pages = 0;
  while (allocator.allocate(0, GFP_KERNEL) !== undefined) pages += 1;
  assert.equal(pages, 2 * BLOCK);
  while (allocator.allocate(0, { mobility: 'movable' }) !== undefined) pages += 1;
  assert.equal(pages, 4 * BLOCK);
});

const FLAGS: readonly (readonly [string, string | RegExp])[] = [
  ['GFP_KERNEL', 'unmovable blocks'],
  ['GFP_KERNEL|__GFP_ZERO', 'unmovable blocks zero'],
  ['GFP_KERNEL | __GFP_RECLAIMABLE', 'reclaimable blocks'],
  ['GFP_HIGHUSER_MOVABLE', 'movable blocks high'],
  ['GFP_USER | __GFP_MOVABLE', 'movable blocks'],
  ['GFP_ATOMIC', 'unmovable'],
  ['GFP_NOWAIT | __GFP_COMP', 'unmovable folio'],
  ['GFP_KERNEL | __GFP_THISNODE', 'unmovable blocks node'],
  ['GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE', 'unmovable blocks wrong'],
  ['GFP_NOWAIT | __GFP_NOFAIL', 'unmovable wrong'],
  ['GFP_KERNEL | __GFP_NOFAIL | __GFP_NORETRY', 'unmovable blocks wrong'],
  ['GFP_KERNAL', /^"GFP_KERNAL" is no GFP flag; flags are __GFP_HIGHMEM, /],
  ['', /^"" is no GFP flag/],
  ['toString', /^"toString" is no GFP flag/],
  ['GFP_DMA32', /^GFP_DMA32: memory here has no zones by address$/],
];

for (const [text, expected] of FLAGS)
  test(`the flags ${text || 'of nobody'}`, () => {
    const gfp = parseGfp(text);
    if (expected instanceof RegExp) {
      assert.match(String(gfp), expected);
      return;
    }
    assert.ok(typeof gfp === 'object');
    const words = [
      gfp.mobility,
      gfp.mayBlock && 'blocks',
      gfp.isHigh && 'high',
      gfp.isZeroed && 'zero',
      gfp.isCompound && 'folio',
      gfp.isThisNodeOnly && 'node',
      gfp.problem !== undefined && 'wrong',
    ];
    assert.equal(words.filter((word) => typeof word === 'string').join(' '), expected);
  });

/** What a driver's init() does in one kernel of 7.3 on a machine of two nodes. */
async function findingsOf(init: (k: Kernel) => unknown): Promise<readonly string[]> {
  const ram = [
    { start: 0, size: '512M', node: 0 },
    { start: '4G', size: '512M', node: 1 },
  ];
  const { findings } = await runMainline({ releases: ['7.3'], cmdline: CMDLINE, ram }, () => ({
    init: (k) => void init(k),
  }));
  return findings.map(({ rule, message }) => `${rule}: ${message}`);
}

const nodeOf = (k: Kernel, address: Virt): number => (k.pa(address) < 2n ** 32n ? 0 : 1);

test('drivers say of which node pages, folios and objects are', async () => {
  const seen: unknown[] = [];
  const findings = await findingsOf((k) => {
    for (const node of [0, 1, 1, 0]) {
      seen.push(nodeOf(k, k.allocPagesNode(node, 'GFP_KERNEL', 2)) === node);
      seen.push(nodeOf(k, k.folioAllocNode('GFP_KERNEL', 0, node)) === node);
      seen.push(nodeOf(k, k.kzallocNode(64, 'GFP_KERNEL', node)) === node);
      seen.push(nodeOf(k, k.kzallocNode(1 << 20, 'GFP_KERNEL', node)) === node);
    }
    seen.push(k.allocPagesNode(-1, 'GFP_KERNEL', 0) !== 0n);
    // What is more than a node has comes from the other, unless no other will do.
    const all = (gfp: Gfp): number => {
      let blocks = 0;
      while (blocks < 400 && nodeOf(k, k.allocPagesNode(1, gfp, 10) || k.va(0n)) === 1) blocks += 1;
      return blocks;
    };
    seen.push(all('GFP_KERNEL') > 50, k.allocPagesNode(1, 'GFP_KERNEL', 10) !== 0n);
    seen.push(k.allocPagesNode(1, 'GFP_KERNEL | __GFP_THISNODE', 10) === 0n);
  });
  assert.deepEqual(findings, []);
  assert.deepEqual([...new Set(seen)], [true]);
});

test('memory is zeroed where that is asked for, and poison where not', async () => {
  const seen: number[] = [];
  await findingsOf((k) => {
    for (const gfp of ['GFP_KERNEL', 'GFP_KERNEL | __GFP_ZERO'] as const)
      seen.push(k.read(k.getFreePages(gfp, 1), 8192)[8191] ?? -1);
  });
  assert.deepEqual(seen, [0xa5, 0]);
});

const CALLS: readonly (readonly [string, (k: Kernel) => unknown, RegExp | undefined])[] = [
  [
    'both',
    (k) => k.getFreePages('GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE', 0),
    /^gfp-flags/,
  ],
  [
    'an object of high memory',
    (k) => k.kzalloc(64, 'GFP_HIGHUSER'),
    /^gfp-flags: kzalloc\(\) with/,
  ],
  ['no flag', (k) => k.kzalloc(64, 'GFP_KERNEL | kernel'), /^api-misuse: kzalloc\(\): the flags: /],
  [
    'a node that is not there',
    (k) => k.kzallocNode(64, 'GFP_KERNEL', 2),
    /^api-misuse: kzallocNode\(\): argument 3 is 2; nodes are 0, 1$/,
  ],
  [
    'GFP_KERNEL under a spinlock',
    (k) => {
      k.spinLock('l');
      k.kzalloc(64, 'GFP_KERNEL');
      k.spinUnlock('l');
    },
    /^sleeps-while-atomic: kzalloc\(\) may sleep/,
  ],
  [
    'GFP_ATOMIC and GFP_NOWAIT under a spinlock',
    (k) => {
      k.spinLock('l');
      k.kzalloc(64, 'GFP_ATOMIC');
      k.folioAlloc('GFP_NOWAIT | __GFP_ZERO', 0);
      k.spinUnlock('l');
    },
    undefined,
  ],
];

for (const [name, init, expected] of CALLS)
  test(`a driver allocates: ${name}`, async () => {
    const [first, ...others] = (await findingsOf(init)).filter(
      (each) => !/^driver-threw/.test(each),
    );
    if (expected === undefined) assert.equal(first, undefined);
    else assert.match(first ?? '', expected);
    assert.deepEqual(others, []);
  });

test('memory of a node that has none comes from the nearest, or from nowhere', async () => {
  const machine = { emptyNodes: [2], ram: [{ start: 0, size: '512M' }] };
  const value = scenarioOfKernels([{}], machine);
  const seen: boolean[] = [];
  const d = (): InlineDriver => ({
    init(k: Kernel) {
      seen.push(k.allocPagesNode(2, 'GFP_KERNEL', 0) === 0n);
      seen.push(k.allocPagesNode(2, 'GFP_KERNEL | __GFP_THISNODE', 0) === 0n);
    },
  });
  const { findings } = await runInline(value as Scenario, { d });
  assert.deepEqual(findings, []);
  assert.deepEqual(seen, [false, true]);
});
