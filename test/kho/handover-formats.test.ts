// What is written of each format reads back, compared with models too plain to be wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { ByteOrder } from '../../fdt/index.ts';
import { readBitmaps } from '../../kho/handover/bitmaps.ts';
import { forEachSetBit, setBit } from '../../kho/handover/bits.ts';
import { Claims } from '../../kho/handover/claims.ts';
import { Extents } from '../../kho/handover/contents.ts';
import { createDecoder, type Decoder } from '../../kho/handover/decoding.ts';
import { readBlockList } from '../../kho/handover/entries.ts';
import type { MapPages } from '../../kho/handover/map-pages.ts';
import { findRun } from '../../kho/handover/page-runs.ts';
import { readVmallocArea } from '../../kho/handover/vmalloc.ts';
import {
  LUO_FILE_SER,
  mergeRuns,
  PageRunList,
  type PageRuns,
  radixBlock,
  radixGeometry,
  radixKey,
  readRadixTree,
  sparseMemory,
  writeBitmaps,
  writeBlockList,
  writeRadixTree,
  writeVmallocArea,
} from '../../kho/index.ts';
import { type Block, MachineMemory } from './machine-memory.ts';

const MACHINE = fc.record({
  pageBytes: fc.constantFrom(4096, 16384, 65536),
  byteOrder: fc.constantFrom<ByteOrder>('little', 'big'),
});

/** Blocks as lists have them: some close together, some anywhere. */
function blocks(orderMax: number): fc.Arbitrary<Block[]> {
  const near = fc.record({ order: fc.integer({ min: 0, max: orderMax }), at: fc.nat(300) });
  const far = fc.record({ order: fc.integer({ min: 0, max: orderMax }), at: fc.nat(2 ** 31) });
  // In 16 TiB there is room for few blocks of the highest orders.
  return fc.array(fc.oneof(near, far), { maxLength: 40 }).map((all) =>
    all.map(({ order, at }) => ({
      order,
      pfn: (at % 2 ** Math.min(31, 32 - order)) * 2 ** order,
    })),
  );
}

function keyOf({ order, pfn }: Block): string {
  return `${order}:${pfn}`;
}

/** The blocks of each range of a map, in no order. */
function keysIn({ lists }: MapPages): Set<string> {
  const keys = new Set<string>();
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const order = list.tag(i);
      assert.equal(list.pages(i) % 2 ** order, 0);
      for (let at = 0; at < list.pages(i); at += 2 ** order)
        keys.add(keyOf({ order, pfn: list.start(i) + at }));
    }
  return keys;
}

function decoderOf(memory: MachineMemory): Decoder {
  const { pageBytes: pageSizeBytes, byteOrder, pieces } = memory;
  const image = {
    memory: sparseMemory(pieces),
    rootFdt: { kind: 'file', bytes: new Uint8Array() },
    scratch: undefined,
    architecture: 'arm64',
    byteOrder,
    pageSizeBytes,
  } as const;
  return createDecoder(image, 'test');
}

test('a radix tree has the keys that were added to it', () => {
  const property = fc.property(MACHINE, blocks(20), ({ pageBytes, byteOrder }, all) => {
    const memory = new MachineMemory(pageBytes, byteOrder);
    const place = () => memory.placeMap();
    const root = writeRadixTree(all, { pageBytes, byteOrder, place });
    const decoder = decoderOf(memory);
    const map = readRadixTree(root, decoder);
    const keys = new Set(all.map(keyOf));
    assert.deepEqual(decoder.issues(), []);
    assert.deepEqual(keysIn(map), keys);
    assert.equal(map.blockCount, keys.size);
    assert.equal(map.isWhole, true);
    assert.equal(pagesOf(map.pages).length, memory.pieces.length);
  });
  fc.assert(property, { numRuns: 300 });
});

function pagesOf(runs: PageRuns): readonly number[] {
  return Array.from({ length: runs.length }, (_, i) => i).flatMap((i) =>
    Array.from({ length: runs.pages(i) }, (_, page) => runs.start(i) + page),
  );
}

test('a key says its block, up to the highest there are', () => {
  const check = (pageBytes: number, order: number, at: number): void => {
    const geometry = radixGeometry(pageBytes);
    const pfn = at * 2 ** order;
    const key = radixKey(pfn, order, geometry);
    assert.ok(Number.isSafeInteger(key));
    assert.deepEqual(radixBlock(key, geometry), { pfn, order });
  };
  for (const pageBytes of [4096, 16384, 65536]) {
    const most = 52 - Math.log2(pageBytes);
    for (let order = 0; order <= most; order++)
      for (const at of [0, 1, 2 ** (most - order) - 1]) check(pageBytes, order, at);
  }
});

test('the geometry of the tree is that of the kernel', () => {
  // KHO_RADIX_KEY_WIDTH, KHO_TABLE_SIZE_LOG2, KHO_BITMAP_SIZE_LOG2, KHO_TREE_MAX_DEPTH.
  const values = [4096, 16384, 65536].map((pageBytes) => Object.values(radixGeometry(pageBytes)));
  assert.deepEqual(values, [
    [53, 9, 15, 6],
    [51, 11, 17, 5],
    [49, 13, 19, 4],
  ]);
});

test('bitmaps have the blocks that were preserved, whatever their size', () => {
  const property = fc.property(
    MACHINE,
    blocks(12),
    fc.boolean(),
    ({ pageBytes, byteOrder }, all, isSmall) => {
      const memory = new MachineMemory(pageBytes, byteOrder);
      const bitmapBytes = isSmall ? 512 : pageBytes;
      const first = writeBitmaps(all, {
        pageBytes,
        byteOrder,
        bitmapBytes,
        placeChunk: () => memory.placeMap(),
        placeBitmap: () => memory.placeMap(bitmapBytes),
      });
      const decoder = decoderOf(memory);
      const map = readBitmaps(first, bitmapBytes, decoder);
      const keys = new Set(all.map(keyOf));
      assert.deepEqual(decoder.issues(), []);
      assert.deepEqual(keysIn(map), keys);
      assert.equal(map.blockCount, keys.size);
      assert.equal(map.isWhole, true);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test('the first chunk is at 0 if nothing is preserved', () => {
  const memory = new MachineMemory(4096, 'little');
  const options = { pageBytes: 4096, byteOrder: 'little', bitmapBytes: 512 } as const;
  const place = () => memory.placeMap();
  assert.equal(writeBitmaps([], { ...options, placeChunk: place, placeBitmap: place }), 0);
  assert.equal(readBitmaps(0, 512, decoderOf(memory)).isWhole, true);
});

test('a vmalloc area lists its blocks in their order', () => {
  const property = fc.property(
    MACHINE,
    fc.integer({ min: 0, max: 9 }),
    fc.array(fc.integer({ min: 1, max: 2 ** 30 }), { minLength: 1, maxLength: 1200 }),
    ({ pageBytes, byteOrder }, order, all) => {
      const memory = new MachineMemory(pageBytes, byteOrder);
      const place = () => memory.preserve();
      const blocks = all.map((at) => (at % 2 ** 20) * 2 ** order + 2 ** order);
      const bytes = writeVmallocArea(blocks, { order, pageBytes, byteOrder, place });
      const decoder = decoderOf(memory);
      const area = readVmallocArea(bytes, 0, { address: 0 }, decoder);
      assert.deepEqual(decoder.issues(), []);
      assert.equal(area.isWhole, true);
      assert.equal(area.totalPages, blocks.length * 2 ** order);
      const pages = blocks.flatMap((pfn) => Array.from({ length: 2 ** order }, (_, i) => pfn + i));
      assert.deepEqual(pagesOf(area.pages), pages);
      assert.equal(area.chunks.length, memory.pieces.length);
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test('blocks list their entries, over as many pages as that takes', () => {
  const file = fc.record(
    {
      compatible: fc.stringMatching(/^[a-z-]{1,47}$/),
      data: fc.bigInt(0n, 2n ** 64n - 1n),
      token: fc.bigInt(0n, 2n ** 64n - 1n),
    },
    { noNullPrototype: true },
  );
  const property = fc.property(
    MACHINE,
    fc.array(file, { maxLength: 200 }),
    ({ pageBytes, byteOrder }, files) => {
      const memory = new MachineMemory(pageBytes, byteOrder);
      const place = () => memory.preserve();
      const first = writeBlockList(LUO_FILE_SER, files, { pageBytes, byteOrder, place });
      const decoder = decoderOf(memory);
      const list = readBlockList(BigInt(first), LUO_FILE_SER, 'files', decoder);
      assert.deepEqual(decoder.issues(), []);
      assert.equal(list.isWhole, true);
      const read = list.entries.map(({ value }) => ({ ...value }));
      assert.deepEqual(read, files);
      assert.equal(list.memory.length, memory.pieces.length);
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test('bits are visited once each, ascending', () => {
  const property = fc.property(
    fc.constantFrom<ByteOrder>('little', 'big'),
    fc.array(fc.tuple(fc.nat(511), fc.nat(100)), { maxLength: 12 }),
    (order, ranges) => {
      const bitmap = new Uint8Array(64);
      const expected = new Set<number>();
      for (const [from, count] of ranges)
        for (let bit = from; bit < Math.min(512, from + count); bit++) {
          setBit(bitmap, bit, order);
          expected.add(bit);
        }
      const visited: number[] = [];
      forEachSetBit(bitmap, order, (bit, count) => {
        for (let i = 0; i < count; i++) visited.push(bit + i);
      });
      assert.deepEqual(
        visited,
        [...expected].sort((a, b) => a - b),
      );
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test('set_bit() of a big-endian kernel counts from the end of each word', () => {
  const bitmap = new Uint8Array(16);
  for (const bit of [0, 9, 63, 64]) setBit(bitmap, bit, 'big');
  assert.deepEqual([...bitmap], [0x80, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
});

const RANGE = fc.record({
  start: fc.oneof(fc.nat(200), fc.nat(2 ** 40)),
  pages: fc.integer({ min: 1, max: 30 }),
  tag: fc.nat(2),
});

function listOf(ranges: readonly { start: number; pages: number; tag: number }[]): PageRunList {
  const list = new PageRunList();
  for (const { start, pages, tag } of ranges) assert.ok(list.add(start, pages, tag));
  return list;
}

test('merged ranges ascend, keep every page, and tell every overlap', () => {
  const property = fc.property(
    fc.array(fc.array(RANGE, { maxLength: 30 }), { maxLength: 4 }),
    (all) => {
      const { runs, overlapCount, overlaps } = mergeRuns(all.map(listOf));
      for (let i = 1; i < runs.length; i++) assert.ok(runs.start(i - 1) <= runs.start(i));
      const byNumber = (a: number, b: number): number => a - b;
      const given = all.flatMap((ranges) => pagesOf(listOf(ranges)));
      assert.deepEqual([...pagesOf(runs)].sort(byNumber), given.sort(byNumber));
      const hasTwice = new Set(given).size < given.length;
      assert.equal(overlapCount > 0, hasTwice);
      assert.equal(overlaps.length, Math.min(100, overlapCount));
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test('the range at a page is found', () => {
  const property = fc.property(fc.array(RANGE, { maxLength: 30 }), fc.nat(300), (ranges, pfn) => {
    const { runs } = mergeRuns([listOf(ranges)]);
    let expected = -1;
    for (let i = 0; i < runs.length; i++) if (runs.start(i) <= pfn) expected = i;
    assert.equal(findRun(runs, pfn), expected);
  });
  fc.assert(property);
});

test('what is claimed and what is not add up, page by page', () => {
  const property = fc.property(
    fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 20 })), { maxLength: 12 }),
    fc.array(
      fc.record({ start: fc.nat(150), pages: fc.integer({ min: 1, max: 12 }), tag: fc.nat(3) }),
      {
        maxLength: 12,
      },
    ),
    (map, claimed) => {
      // Order 0, disjoint: gaps and lengths.
      const list = new PageRunList();
      const preserved = new Set<number>();
      let at = 0;
      for (const [gap, pages] of map) {
        list.add(at + gap, pages, 0);
        for (let i = 0; i < pages; i++) preserved.add(at + gap + i);
        at += gap + pages;
      }
      const claims = new Claims(list, 4096);
      const owned = new Set<number>();
      for (const { start, pages, tag } of claimed) {
        claims.addPages(start, pages, `owner ${tag}`);
        for (let i = 0; i < pages; i++) owned.add(start + i);
      }
      const decoder = decoderOf(new MachineMemory(4096, 'little'));
      const { unclaimed, unclaimedPages, owners } = claims.settle(decoder);
      const rest = [...preserved].filter((pfn) => !owned.has(pfn));
      assert.deepEqual(pagesOf(unclaimed), rest);
      assert.equal(unclaimedPages, rest.length);
      const total = owners.reduce((sum, { pages }) => sum + pages, 0);
      assert.equal(total, preserved.size - rest.length);
      const isOutside = [...owned].some((pfn) => !preserved.has(pfn));
      const rules = decoder.issues().map(({ rule }) => rule);
      assert.equal(rules.includes('state-not-preserved'), isOutside);
    },
  );
  fc.assert(property, { numRuns: 1000 });
});

test('extents read as the pages they stand for, holes as zeros', () => {
  const property = fc.property(
    fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 4 }), fc.nat(10)), { maxLength: 8 }),
    fc.nat(600),
    fc.nat(900),
    (pieces, offset, lengthBytes) => {
      const pageBytes = 16;
      const memory = Uint8Array.from({ length: 20 * pageBytes }, (_, i) => i % 251);
      const file = new Uint8Array(2000);
      const extents = new Extents();
      let at = 0;
      for (const [gap, pages, pfn] of pieces) {
        assert.ok(extents.add(at + gap, pfn, pages));
        const from = memory.subarray(pfn * pageBytes, (pfn + pages) * pageBytes);
        file.set(from, (at + gap) * pageBytes);
        at += gap + pages;
      }
      const known = sparseMemory([{ address: 0n, bytes: memory }]);
      const read = extents.read(known, pageBytes, offset, lengthBytes);
      assert.deepEqual(read, file.slice(offset, offset + lengthBytes));
      if (pieces.length > 0) assert.equal(extents.add(0, 1, 1), false);
    },
  );
  fc.assert(property, { numRuns: 500 });
});
