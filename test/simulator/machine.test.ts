// The parts that everything else stands on, against models that are too simple to be wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PageAllocator } from '../../simulator/kernel/buddy.ts';
import { Memblock } from '../../simulator/kernel/memblock.ts';
import { Slab } from '../../simulator/kernel/slab.ts';
import { Memory, POISON_BYTE } from '../../simulator/machine/memory.ts';
import { createRandom } from '../../simulator/machine/random.ts';
import { RangeSet } from '../../simulator/machine/range-set.ts';

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

test('the page allocator never gives a page to two, and gets all of them back', () => {
  const random = createRandom(4);
  const allocator = new PageAllocator(random);
  allocator.addRange({ start: 3, end: 5000 }, 'normal');
  allocator.addRange({ start: 5120, end: 6144 }, 'cma');
  const all = allocator.freePages;
  assert.equal(all, 4997 + 1024);
  const held = new Map<number, number>();
  const taken = new RangeSet();
  for (let step = 0; step < 5000; step++) {
    if (random.below(2) === 0) {
      const order = random.below(6);
      const isMovable = random.below(4) === 0;
      const pfn = allocator.allocate(order, isMovable);
      if (pfn === undefined) continue;
      const range = { start: pfn, end: pfn + 2 ** order };
      assert.equal(pfn % 2 ** order, 0, 'naturally aligned');
      assert.equal(taken.overlaps(range), false, 'given once');
      assert.ok(isMovable || range.end <= 5000, 'scratch is for movable memory only');
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
  assert.equal(allocator.allocate(10, true) !== undefined, true, 'freed blocks have merged');
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
    slab.allocate({ sizeBytes, owner: 'd' }, () => {
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
