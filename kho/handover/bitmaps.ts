// The preserved memory as chunks that list bitmaps (6.16 to 7.0): kho_mem_serialize() and
// kho_mem_deserialize() of kernel/kexec_handover.c.
import { assert } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import { KHOSER_MEM_BITMAP_PTR, KHOSER_MEM_CHUNK_HDR } from '../structs/index.ts';
import { entriesInPage, readStruct, writeStruct } from '../structs/struct.ts';
import { forEachSetBit, setBit } from './bits.ts';
import { type Decoding, PHYSICAL_ADDRESS_LIMIT } from './decoding.ts';
import { MAX_MAP_PAGES, type MapPages, type PlacePage } from './map-pages.ts';
import { PageRunList } from './page-runs.ts';
import { MAP_MALFORMED } from './rules.ts';

const MAX_ORDER = 63;

/**
 * Reads the list of chunks that begins at `first`; 0 is an empty list. `bitmapBytes` is how large
 * the writer's bitmaps are, which the bytes do not say.
 */
export function readBitmaps(first: number, bitmapBytes: number, decoding: Decoding): MapPages {
  const lists = new Map<number, PageRunList>();
  const pages = new PageRunList();
  const { pageBytes, byteOrder } = decoding;
  const most = entriesInPage(KHOSER_MEM_CHUNK_HDR, KHOSER_MEM_BITMAP_PTR, pageBytes);
  const seen = new Set<number>();
  let isWhole = true;
  let blockCount = 0;
  const fault = (address: number, message: string): void => {
    isWhole = false;
    decoding.report(MAP_MALFORMED, { address }, message);
  };
  for (let next = first; next !== 0; ) {
    const address = next;
    const problem = chunkProblem(address, seen, pageBytes);
    if (problem !== undefined) {
      fault(address, problem);
      break;
    }
    seen.add(address);
    const chunk = decoding.read(address, pageBytes, 'chunks of the memory map');
    if (chunk === undefined) {
      isWhole = false;
      break;
    }
    pages.add(address / pageBytes, 1, 0);
    const header = readStruct(KHOSER_MEM_CHUNK_HDR, chunk, 0, byteOrder);
    const order = Number(header.order);
    if (order > MAX_ORDER) fault(address, `a chunk is for blocks of order ${order}`);
    if (header.num_elms > BigInt(most))
      fault(address, `a chunk has ${header.num_elms} bitmaps, and a page holds ${most}`);
    const count = order > MAX_ORDER ? 0 : Math.min(most, Number(header.num_elms));
    let list = lists.get(order);
    if (list === undefined && count > 0) {
      list = new PageRunList();
      lists.set(order, list);
    }
    for (let i = 0; i < count && list !== undefined; i++) {
      const at = KHOSER_MEM_CHUNK_HDR.sizeBytes + i * KHOSER_MEM_BITMAP_PTR.sizeBytes;
      const { phys_start, bitmap_phys } = readStruct(KHOSER_MEM_BITMAP_PTR, chunk, at, byteOrder);
      const found = readBitmap(phys_start, bitmap_phys, order, bitmapBytes, decoding, list);
      if (typeof found === 'string') fault(address + at, found);
      else if (found === undefined) isWhole = false;
      else blockCount += found;
      if (typeof found === 'number') addPages(pages, Number(bitmap_phys), bitmapBytes, pageBytes);
    }
    next = Number(header.next);
  }
  return { lists: [...lists.values()], pages, blockCount, isWhole };
}

function chunkProblem(
  address: number,
  seen: ReadonlySet<number>,
  page: number,
): string | undefined {
  const where = hexText(BigInt(address));
  if (address >= PHYSICAL_ADDRESS_LIMIT) return `a chunk is at ${where}, no physical address`;
  if (address % page !== 0) return `a chunk is at ${where}, inside a page`;
  if (seen.has(address)) return `the chunk at ${where} comes twice: the list does not end`;
  if (seen.size === MAX_MAP_PAGES) return `the map has more than ${MAX_MAP_PAGES} chunks`;
  return undefined;
}

/** Bitmaps of 512 bytes share pages. */
function addPages(pages: PageRunList, address: number, bytes: number, pageBytes: number): void {
  const last = pages.length - 1;
  const pfn = Math.floor(address / pageBytes);
  if (last >= 0 && pfn >= pages.start(last) && pfn < pages.start(last) + pages.pages(last)) return;
  pages.add(pfn, Math.ceil(bytes / pageBytes), 1);
}

/** The blocks of one bitmap, added to `list`; a sentence if it is wrong, undefined if missing. */
function readBitmap(
  start: bigint,
  bitmap: bigint,
  order: number,
  bitmapBytes: number,
  decoding: Decoding,
  list: PageRunList,
): number | string | undefined {
  const { pageShift, pageBytes, byteOrder } = decoding;
  const perBlock = 2 ** order;
  const span = perBlock * pageBytes * bitmapBytes * 8;
  if (start >= PHYSICAL_ADDRESS_LIMIT || bitmap >= PHYSICAL_ADDRESS_LIMIT || bitmap === 0n)
    return `a bitmap at ${hexText(bitmap)} for ${hexText(start)} is at no physical address`;
  if (Number(start) % span !== 0)
    return `a bitmap starts at ${hexText(start)}, which is no multiple of ${hexText(span)}`;
  const bytes = decoding.read(Number(bitmap), bitmapBytes, 'bitmaps of the memory map');
  if (bytes === undefined) return undefined;
  const first = Number(start) / 2 ** pageShift;
  let found = 0;
  let isWhole = true;
  forEachSetBit(bytes, byteOrder, (bit, count) => {
    found += count;
    if (!list.add(first + bit * perBlock, count * perBlock, order)) isWhole = false;
  });
  return isWhole ? found : undefined;
}

/**
 * Lays out `blocks` as chunks and bitmaps, as kho_mem_serialize() does, and returns the address of
 * the first chunk, 0 if there are no blocks.
 * @throws when a block is not aligned to its size.
 */
export function writeBitmaps(
  blocks: Iterable<{ readonly pfn: number; readonly order: number }>,
  options: {
    readonly pageBytes: number;
    readonly byteOrder: 'little' | 'big';
    readonly bitmapBytes: number;
    readonly placeChunk: PlacePage;
    /** Gives room for one bitmap. */
    readonly placeBitmap: PlacePage;
  },
): number {
  const { pageBytes, byteOrder, bitmapBytes, placeChunk, placeBitmap } = options;
  type Bitmap = ReturnType<PlacePage> & { readonly start: number };
  const byOrder = new Map<number, Map<number, Bitmap>>();
  for (const { pfn, order } of blocks) {
    assert(pfn % 2 ** order === 0, `page ${pfn} starts a block of order ${order}`);
    const bitmaps = byOrder.get(order) ?? new Map<number, Bitmap>();
    byOrder.set(order, bitmaps);
    const block = pfn / 2 ** order;
    const index = Math.floor(block / (bitmapBytes * 8));
    let bitmap = bitmaps.get(index);
    if (bitmap === undefined) {
      bitmap = { ...placeBitmap(), start: index * bitmapBytes * 8 * 2 ** order * pageBytes };
      bitmaps.set(index, bitmap);
    }
    const bit = block % (bitmapBytes * 8);
    setBit(bitmap.bytes, bit, byteOrder);
  }
  const most = entriesInPage(KHOSER_MEM_CHUNK_HDR, KHOSER_MEM_BITMAP_PTR, pageBytes);
  let next = 0;
  for (const [order, bitmaps] of [...byOrder].reverse()) {
    const all = [...bitmaps.values()];
    for (let from = Math.floor((all.length - 1) / most) * most; from >= 0; from -= most) {
      const some = all.slice(from, from + most);
      const { address, bytes } = placeChunk();
      const header = { next: BigInt(next), order: BigInt(order), num_elms: BigInt(some.length) };
      bytes.set(writeStruct(KHOSER_MEM_CHUNK_HDR, header, byteOrder));
      for (const [i, bitmap] of some.entries()) {
        const entry = { phys_start: BigInt(bitmap.start), bitmap_phys: BigInt(bitmap.address) };
        const at = KHOSER_MEM_CHUNK_HDR.sizeBytes + i * KHOSER_MEM_BITMAP_PTR.sizeBytes;
        bytes.set(writeStruct(KHOSER_MEM_BITMAP_PTR, entry, byteOrder), at);
      }
      next = address;
    }
  }
  return next;
}
