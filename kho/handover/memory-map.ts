// The preserved memory of a handover, whichever way its release tells it.
import { type FdtTree, getUint, nodesOf, propertyOf } from '../../fdt/index.ts';
import { hexText, rangeText } from '../describe/number.ts';
import type { HandoverImage, PhysRange } from '../image/handover-image.ts';
import { pageGeometry } from '../page-geometry.ts';
import type { MemoryMapEncoding, Release } from '../release.ts';
import { KHO_MEM } from '../structs/index.ts';
import { readStruct } from '../structs/struct.ts';
import { readBitmaps } from './bitmaps.ts';
import { type Decoding, PHYSICAL_ADDRESS_LIMIT } from './decoding.ts';
import type { MapPages } from './map-pages.ts';
import { findRun, mergeRuns, PageRunList, type PageRuns } from './page-runs.ts';
import { readRadixTree } from './radix-tree.ts';
import {
  BLOCK_SPANS_NODES,
  MAP_BLOCKS_OVERLAP,
  MAP_ORDER,
  MAP_PAGE_REUSED,
  PRESERVED_IN_SCRATCH,
  PRESERVED_OUTSIDE_RAM,
} from './rules.ts';

/** Blocks of one order. */
export interface OrderTotal {
  readonly order: number;
  readonly blocks: number;
  readonly pages: number;
}

export interface PreservedMemory {
  readonly encoding: MemoryMapEncoding['kind'];
  /** Where the map itself begins; undefined where the FDT is the map. */
  readonly address?: number;
  /** Ascending; the tag is the order of the blocks. */
  readonly blocks: PageRuns;
  readonly blockCount: number;
  readonly pageCount: number;
  /** Ascending by order. */
  readonly orders: readonly OrderTotal[];
  /** Pages that the map takes up. */
  readonly mapPages: PageRuns;
  /** False if blocks may be missing because something could not be read or believed. */
  readonly isWhole: boolean;
}

/** Reads the map that the root FDT `tree` names. Never fails: a broken map is a shorter one. */
export function readPreservedMemory(
  tree: FdtTree,
  release: Release,
  decoding: Decoding,
): PreservedMemory {
  const encoding = release.memoryMap;
  const { address, map } = readMap(tree, encoding, decoding);
  const { runs, overlaps, overlapCount } = mergeRuns(map.lists);
  for (const { start, pages, tags } of overlaps) {
    const at = start * decoding.pageBytes;
    const [first, second] = tags;
    const orders = first === second ? `order ${first}` : `orders ${first} and ${second}`;
    decoding.report(
      MAP_BLOCKS_OVERLAP,
      { address: at, lengthBytes: pages * decoding.pageBytes },
      `two preserved blocks, of ${orders}, both have the page at ${hexText(at)}`,
      { help: 'the next kernel frees that memory twice' },
    );
  }
  const totals = new Map<number, number>();
  let pageCount = 0;
  for (let i = 0; i < runs.length; i++) {
    pageCount += runs.pages(i);
    totals.set(runs.tag(i), (totals.get(runs.tag(i)) ?? 0) + runs.pages(i));
  }
  return {
    encoding: encoding.kind,
    ...(address === undefined ? {} : { address }),
    blocks: runs,
    blockCount: map.blockCount,
    pageCount,
    orders: [...totals]
      .map(([order, pages]) => ({ order, pages, blocks: pages / 2 ** order }))
      .sort((a, b) => a.order - b.order),
    mapPages: map.pages.sort(),
    isWhole: map.isWhole && overlapCount <= overlaps.length,
  };
}

function readMap(
  { root }: FdtTree,
  encoding: MemoryMapEncoding,
  decoding: Decoding,
): { readonly address?: number; readonly map: MapPages } {
  const nothing = { lists: [], pages: new PageRunList(), blockCount: 0 };
  if (encoding.kind === 'mem-properties')
    return { map: readMemProperties(root, encoding.property, decoding) };
  const value = propertyOf(root, encoding.property)?.value;
  if (value?.length !== 8) return { map: { ...nothing, isWhole: false } };
  const address = Number(getUint(value, 0, 64, decoding.byteOrder));
  if (encoding.kind === 'radix-tree')
    return {
      address,
      map: address === 0 ? { ...nothing, isWhole: false } : readRadixTree(address, decoding),
    };
  const bitmapBytes = encoding.bitmapBytes === 'page' ? decoding.pageBytes : encoding.bitmapBytes;
  return { address, map: readBitmaps(address, bitmapBytes, decoding) };
}

/** The seed: every property `mem` of every node; what is no whole number of ranges is ignored. */
function readMemProperties(
  root: FdtTree['root'],
  name: string,
  { byteOrder, pageBytes }: Decoding,
): MapPages {
  const list = new PageRunList();
  let blockCount = 0;
  let isWhole = true;
  for (const node of nodesOf(root)) {
    const value = propertyOf(node, name)?.value;
    if (value === undefined || value.length % KHO_MEM.sizeBytes !== 0) continue;
    for (let offset = 0; offset < value.length; offset += KHO_MEM.sizeBytes) {
      const { addr, len } = readStruct(KHO_MEM, value, offset, byteOrder);
      const start = Number(addr);
      const end = start + Number(len);
      blockCount += 1;
      if (end > PHYSICAL_ADDRESS_LIMIT || len === 0n) continue;
      const first = Math.floor(start / pageBytes);
      if (!list.add(first, Math.ceil(end / pageBytes) - first, 0)) isWhole = false;
    }
  }
  return { lists: [unionOf(list.sort())], pages: new PageRunList(), blockCount, isWhole };
}

/** Ranges that share pages, as ranges of the seed may, as one. `runs` must be ascending. */
function unionOf(runs: PageRuns): PageRunList {
  const union = new PageRunList();
  let end = 0;
  for (let i = 0; i < runs.length; i++) {
    const from = Math.max(end, runs.start(i));
    end = Math.max(end, runs.start(i) + runs.pages(i));
    if (end > from) union.add(from, end - from, runs.tag(i));
  }
  return union;
}

/** Checks the blocks and the pages of the map against what is known of the machine. */
export function checkPreservedMemory(
  memory: PreservedMemory,
  image: HandoverImage,
  release: Release,
  decoding: Decoding,
): void {
  checkOrders(memory, release, decoding);
  const { blocks, mapPages } = memory;
  for (const scratch of image.scratch ?? []) {
    const where = `the scratch region ${rangeText(scratch.address, scratch.sizeBytes)}`;
    reportRunsIn(blocks, scratch, decoding, (address, lengthBytes) =>
      decoding.report(
        PRESERVED_IN_SCRATCH,
        { address, lengthBytes },
        `preserved memory at ${hexText(address)} is in ${where}`,
        { help: 'the next kernel boots in scratch and overwrites it' },
      ),
    );
    reportRunsIn(mapPages, scratch, decoding, (address, lengthBytes) =>
      decoding.report(
        MAP_PAGE_REUSED,
        { address, lengthBytes },
        `a page of the memory map at ${hexText(address)} is in ${where}`,
        { help: 'it may be overwritten before the next kernel has read it' },
      ),
    );
  }
  for (let i = 0; i < mapPages.length; i++) {
    const range = rangeOf(mapPages, i, decoding.pageBytes);
    reportRunsIn(blocks, range, decoding, (address) =>
      decoding.report(
        MAP_PAGE_REUSED,
        { address },
        `the page at ${hexText(address)} is part of the memory map and preserved as well`,
        { help: 'somebody else takes it for theirs' },
      ),
    );
  }
  if (image.ram !== undefined) checkRam(blocks, image.ram, decoding);
  for (const node of image.numaNodes ?? [])
    for (const range of node.ranges) checkNodeEdge(blocks, node.id, range, decoding);
}

function rangeOf(runs: PageRuns, i: number, pageBytes: number): PhysRange {
  return {
    address: BigInt(runs.start(i)) * BigInt(pageBytes),
    sizeBytes: BigInt(runs.pages(i)) * BigInt(pageBytes),
  };
}

/** Calls `report` for each part of `runs` (ascending) that lies in `range`. */
function reportRunsIn(
  runs: PageRuns,
  { address, sizeBytes }: PhysRange,
  { pageBytes }: Decoding,
  report: (address: number, lengthBytes: number) => void,
): void {
  const first = Number(address) / pageBytes;
  const end = Number(address + sizeBytes) / pageBytes;
  for (let i = Math.max(0, findRun(runs, first)); i < runs.length; i++) {
    if (runs.start(i) >= end) return;
    const from = Math.max(first, runs.start(i));
    const to = Math.min(end, runs.start(i) + runs.pages(i));
    if (to > from) report(from * pageBytes, (to - from) * pageBytes);
  }
}

function checkOrders(memory: PreservedMemory, release: Release, decoding: Decoding): void {
  const { maxOrder } = pageGeometry(decoding.pageBytes);
  for (const { order, blocks } of memory.orders) {
    if (order <= maxOrder) continue;
    const are = `${blocks} preserved ${blocks === 1 ? 'block is' : 'blocks are'} of order ${order}`;
    const why = release.restore.refusesLargeOrders
      ? `kho_restore_folio() of ${release.title} refuses orders above ${maxOrder}`
      : `the page allocator has orders up to ${maxOrder}; only hugetlb folios are larger`;
    decoding.report(MAP_ORDER, undefined, `${are}, and ${why}`);
  }
}

function checkRam(blocks: PageRuns, ram: readonly PhysRange[], decoding: Decoding): void {
  const { pageBytes } = decoding;
  let region = 0;
  for (let i = 0; i < blocks.length; i++) {
    const { address, sizeBytes } = rangeOf(blocks, i, pageBytes);
    const end = address + sizeBytes;
    let at = address;
    while (at < end) {
      const here = ram[region];
      if (here !== undefined && here.address + here.sizeBytes <= at) {
        region += 1;
        continue;
      }
      if (here === undefined || here.address > at) break;
      at = here.address + here.sizeBytes;
    }
    if (at < end)
      decoding.report(
        PRESERVED_OUTSIDE_RAM,
        { address: Number(at), lengthBytes: Number(end - at) },
        `preserved memory at ${hexText(at)} is not memory that the machine has`,
      );
  }
}

/** A block that begins before the end of a range and ends behind it. */
function checkNodeEdge(
  blocks: PageRuns,
  id: number,
  { address, sizeBytes }: PhysRange,
  decoding: Decoding,
): void {
  const { pageBytes } = decoding;
  for (const edge of [Number(address) / pageBytes, Number(address + sizeBytes) / pageBytes]) {
    const i = findRun(blocks, edge);
    if (i < 0 || blocks.start(i) === edge || blocks.start(i) + blocks.pages(i) <= edge) continue;
    const perBlock = 2 ** blocks.tag(i);
    const into = (edge - blocks.start(i)) % perBlock;
    if (into === 0) continue;
    const at = (edge - into) * pageBytes;
    decoding.report(
      BLOCK_SPANS_NODES,
      { address: at, lengthBytes: perBlock * pageBytes },
      `the block of order ${blocks.tag(i)} at ${hexText(at)} is only partly in node ${id}`,
      { help: 'restoring it mixes pages of two nodes; preserve each part by itself' },
    );
  }
}
