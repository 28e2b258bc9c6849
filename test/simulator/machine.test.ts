// The parts that everything else stands on, against models that are too simple to be wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Block, Blocks } from '../../simulator/kernel/blocks.ts';
import { type NodePages, PageAllocator } from '../../simulator/kernel/buddy.ts';
import { Memblock } from '../../simulator/kernel/memblock.ts';
import { Slab } from '../../simulator/kernel/slab.ts';
import { Memory, POISON_BYTE } from '../../simulator/machine/memory.ts';
import { createRandom } from '../../simulator/machine/random.ts';
import { type Range, RangeSet } from '../../simulator/machine/range-set.ts';

test('a range set is a set of numbers', () => {
  const random = createRandom(3);
  for (let round = 0; round < 300; round++) {
    const set = new RangeSet();
    const model = new Set<number>();
    for (let step = 0; step < 30; step++) {
      const start = random.below(60);
      const range = { start, end: start + random.below(12) };
      const isAdded = random.below(3) > 0;
      if (isAdded) set.add(range);
      else set.remove(range);
      for (let value = range.start; value < range.end; value++)
        if (isAdded) model.add(value);
        else model.delete(value);
      for (let value = 0; value < 75; value++)
        assert.equal(set.has(value), model.has(value), `${value} after ${step} in ${round}`);
      assert.equal(set.size, model.size);
      const wanted = [...model].some((value) => value >= 10 && value < 20);
      assert.equal(set.overlaps({ start: 10, end: 20 }), wanted);
    }
    for (const [index, { start, end }] of set.ranges.entries()) {
      assert.ok(start < end);
      const before = set.ranges[index - 1];
      assert.ok(before === undefined || before.end < start, 'apart and in order');
    }
  }
});

/** Nodes of the allocator under test, and the ranges that it is given. */
const ALLOCATORS: Readonly<Record<string, { nodes?: NodePages[]; ranges: Range[] }>> = {
  'one node': { ranges: [{ start: 3, end: 5000 }] },
  'nodes, one of them in two parts': {
    nodes: [
      {
        id: 0,
        ranges: [
          { start: 0, end: 2048 },
          { start: 4096, end: 6144 },
        ],
      },
      { id: 3, ranges: [{ start: 2048, end: 4096 }] },
    ],
    ranges: [{ start: 3, end: 5000 }],
  },
  'more pieces than are split at once': {
    ranges: Array.from({ length: 4997 }, (_, i) => ({ start: 3 + 2 * i, end: 4 + 2 * i })),
  },
};

for (const [name, { nodes, ranges }] of Object.entries(ALLOCATORS))
  test(`the page allocator gives no page twice, and gets all of them back: ${name}`, () => {
    const random = createRandom(4);
    const allocator = new PageAllocator(random, nodes);
    allocator.addRanges(ranges, 'movable');
    const cma = { start: 20480, end: 21504 };
    if (nodes === undefined) allocator.addRanges([cma], 'cma');
    const free = new RangeSet(ranges);
    const all = allocator.freePages;
    assert.equal(all, 4997 + (nodes === undefined ? 1024 : 0));
    const held = new Map<number, number>();
    const taken = new RangeSet();
    for (let step = 0; step < 5000; step++) {
      if (random.below(2) === 0) {
        const order = random.below(6);
        const isMovable = random.below(4) === 0;
        const pfn = allocator.allocate(order, { mobility: isMovable ? 'movable' : 'unmovable' });
        if (pfn === undefined) continue;
        const range = { start: pfn, end: pfn + 2 ** order };
        assert.equal(pfn % 2 ** order, 0, 'naturally aligned');
        assert.equal(taken.overlaps(range), false, 'given once');
        const isScratch = pfn >= cma.start;
        assert.ok(isMovable || !isScratch, 'scratch is for movable memory only');
        assert.ok(isScratch || free.around(pfn)?.end === undefined || free.has(range.end - 1));
        taken.add(range);
        held.set(pfn, order);
      } else {
        const [pfn, order] = [...held][random.below(held.size || 1)] ?? [];
        if (pfn === undefined || order === undefined) continue;
        allocator.free(pfn, order);
        taken.remove({ start: pfn, end: pfn + 2 ** order });
        held.delete(pfn);
      }
      assert.equal(allocator.freePages, all - taken.size);
    }
    for (const [pfn, order] of held) allocator.free(pfn, order);
    assert.equal(allocator.freePages, all);
    let pages = 0;
    while (allocator.allocate(0, { mobility: 'movable' }) !== undefined) pages += 1;
    assert.equal(pages, all, 'every page can be had');
  });

test('blocks that are freed merge again', () => {
  const allocator = new PageAllocator(createRandom(1));
  allocator.addRanges([{ start: 0, end: 2048 }], 'movable');
  const pages = Array.from({ length: 2048 }, () =>
    allocator.allocate(0, { mobility: 'unmovable' }),
  );
  assert.equal(allocator.allocate(0, { mobility: 'unmovable' }), undefined);
  for (const pfn of pages) allocator.free(pfn as number, 0);
  const blocks = [0, 1].map(() => allocator.allocate(10, { mobility: 'unmovable' }));
  assert.deepEqual(new Set(blocks), new Set([0, 1024]));
});

test('most of the memory being free, there is a block of the largest order', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const allocator = new PageAllocator(createRandom(seed));
    allocator.addRanges([{ start: 4096, end: 131_072 }], 'movable');
    for (let i = 0; i < 20_000; i++)
      assert.ok(allocator.allocate(i % 3, { mobility: i % 2 === 0 ? 'unmovable' : 'reclaimable' }));
    for (let i = 0; i < 10; i++)
      assert.ok(allocator.allocate(10, { mobility: 'unmovable' }), `seed ${seed}, block ${i}`);
  }
});

test('memory comes from the node that is asked for, and from the nearest when it is full', () => {
  const nodes = [0, 1, 2].map((id) => ({
    id,
    ranges: [{ start: id * 1024, end: (id + 1) * 1024 }],
  }));
  const allocator = new PageAllocator(createRandom(1), nodes);
  allocator.addRanges([{ start: 0, end: 3072 }], 'movable');
  const nodeOf = (request: object): number | undefined => {
    const pfn = allocator.allocate(9, { mobility: 'unmovable', ...request });
    return pfn === undefined ? undefined : Math.floor(pfn / 1024);
  };
  assert.deepEqual([nodeOf({ node: 2 }), nodeOf({ node: 2 })], [2, 2]);
  assert.equal(nodeOf({ node: 2, isThisNodeOnly: true }), undefined);
  assert.deepEqual([nodeOf({ node: 2 }), nodeOf({ node: 2 })], [1, 1]);
  assert.deepEqual([nodeOf({ node: 2 }), nodeOf({ node: 2 })], [0, 0]);
});

test('an allocator of 12 TiB is as small as any', () => {
  const allocator = new PageAllocator(createRandom(1));
  const pages = (12 * 2 ** 40) / 4096;
  allocator.addRanges([{ start: 1, end: pages }], 'movable');
  assert.equal(allocator.freePages, pages - 1);
  const seen = new Set<number>();
  for (let i = 0; i < 1000; i++) seen.add(allocator.allocate(10, { mobility: 'unmovable' }) ?? -1);
  assert.equal(seen.size, 1000);
  for (const pfn of seen) allocator.free(pfn, 10);
  assert.equal(allocator.freePages, pages - 1);
});

test('memblock allocates from scratch only while it must', () => {
  const memblock = new Memblock();
  memblock.memory.add({ start: 0, end: 1000 });
  memblock.scratch.add({ start: 200, end: 300 });
  memblock.isScratchOnly = true;
  assert.deepEqual(memblock.allocate(50, 10), { start: 250, end: 300 });
  assert.deepEqual(memblock.allocate(50, 10), { start: 200, end: 250 });
  assert.equal(memblock.allocate(1, 1), undefined);
  memblock.isScratchOnly = false;
  assert.deepEqual(memblock.allocate(95, 10), { start: 900, end: 995 });
  assert.equal(memblock.allocate(801, 1), undefined);
});

test('objects of a slab share pages and never overlap', () => {
  let next = 0x1000;
  const freed: number[] = [];
  const slab = new Slab(0x1000);
  const allocate = (sizeBytes: number): number =>
    slab.allocate({ sizeBytes, owner: 'd' }, 'anywhere', () => {
      next += 0x1000;
      return next;
    }) ?? 0;
  const objects = Array.from({ length: 100 }, () => allocate(56));
  assert.equal(new Set(objects).size, 100);
  assert.ok(objects.every((address) => address % 64 === 0));
  assert.equal(slab.around((objects[3] as number) + 10)?.address, objects[3]);
  for (const address of objects) slab.free(address, (page) => freed.push(page));
  assert.equal(freed.length, 2, 'both pages are given back when they are empty');
});

test('memory that nobody wrote is poison, and a jump poisons what is not kept', () => {
  const memory = new Memory(4096);
  assert.deepEqual([...memory.read(4094, 4)], Array(4).fill(POISON_BYTE));
  memory.write(4094, new Uint8Array([1, 2, 3, 4]));
  assert.deepEqual([...memory.read(4093, 6)], [POISON_BYTE, 1, 2, 3, 4, POISON_BYTE]);
  memory.poisonExcept(new RangeSet([{ start: 1, end: 2 }]));
  assert.deepEqual([...memory.read(4094, 4)], [POISON_BYTE, POISON_BYTE, 3, 4]);
});

test('pages of one byte cost nothing until they are written', () => {
  const memory = new Memory(4096, 2 * 4096);
  memory.fill(0, 100 * 4096, 0x6b);
  assert.equal(memory.isFull, false);
  memory.write(4096, new Uint8Array([1]));
  assert.deepEqual([...memory.read(4095, 3)], [0x6b, 1, 0x6b], 'no page but its own has changed');
  memory.fill(8192, 4096, POISON_BYTE);
  assert.equal(memory.read(8192, 1)[0], POISON_BYTE);
  memory.write(8192, new Uint8Array([2]));
  assert.equal(memory.isFull, true);
  memory.write(3 * 4096, new Uint8Array([3]));
  assert.equal(memory.read(3 * 4096, 1)[0], 0x6b, 'what is full takes no more');
  memory.fill(4096, 4096, 0);
  assert.equal(memory.isFull, false);
});

test('blocks keep all that is known of them, also where most of it is the same', () => {
  const blocks = new Blocks();
  const site = { path: 'd.ts', line: 1, column: 1 };
  const all: Block[] = [
    { pfn: 1, order: 0, owner: 'a', kind: 'folio', site },
    { pfn: 2, order: 0, owner: 'a', kind: 'folio', site, damage: 'its tails are not set' },
    { pfn: 4, order: 2, owner: 'a', kind: 'folio', site },
    { pfn: 8, order: 0, owner: 'b', kind: 'folio', site },
    { pfn: 9, order: 0, owner: 'a', kind: 'pages', site },
    { pfn: 10, order: 0, owner: 'a', kind: 'folio' },
  ];
  for (const block of all) blocks.add(block.pfn, block);
  assert.deepEqual([...blocks.all()], all);
  assert.deepEqual(blocks.around(7), all[2]);
  assert.equal(blocks.around(3), undefined);
});
