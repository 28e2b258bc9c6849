// Preserved vmalloc areas: kho_preserve_vmalloc() and kho_restore_vmalloc().
import { assert, getUint, putUint } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import { KHO_VMALLOC, KHO_VMALLOC_CHUNK, VMALLOC_FLAGS } from '../structs/index.ts';
import { entriesInPage, readStruct, writeStruct } from '../structs/struct.ts';
import { type Decoding, type MemoryPlace, PHYSICAL_ADDRESS_LIMIT } from './decoding.ts';
import type { PlacePage } from './map-pages.ts';
import { PageRunList, type PageRuns } from './page-runs.ts';
import { VMALLOC_MALFORMED } from './rules.ts';

/** A vmalloc area of the kernel before, as its chunks list it. */
export interface VmallocArea {
  readonly totalPages: number;
  readonly flags: number;
  readonly order: number;
  /** Its pages in the order in which they were mapped; the tag is the order of the blocks. */
  readonly pages: PageRuns;
  /** Page frame numbers of the chunks. */
  readonly chunks: readonly number[];
  /** Blocks that the chunks list. */
  readonly blockCount: number;
  readonly isWhole: boolean;
}

/** Chunks of one area that are followed: they list an area of 64 GiB in order-0 pages. */
const MAX_CHUNKS = 32_768;
const MAX_ORDER = 52;

/** Where a struct kho_vmalloc was never filled in. */
export const NO_AREA: VmallocArea = {
  totalPages: 0,
  flags: 0,
  order: 0,
  pages: new PageRunList(),
  chunks: [],
  blockCount: 0,
  isWhole: true,
};

/** Reads the area that the struct kho_vmalloc at `offset` of `bytes` describes. */
export function readVmallocArea(
  bytes: Uint8Array,
  offset: number,
  place: MemoryPlace,
  decoding: Decoding,
): VmallocArea {
  const { byteOrder, pageBytes } = decoding;
  const value = readStruct(KHO_VMALLOC, bytes, offset, byteOrder);
  const order = Number(value.order);
  const totalPages = Number(value.total_pages);
  const pages = new PageRunList();
  const chunks: number[] = [];
  const seen = new Set<number>();
  let blockCount = 0;
  let isWhole = true;
  const fault = (message: string): void => {
    isWhole = false;
    const help = 'kho_restore_vmalloc() returns NULL and the pages stay reserved';
    decoding.report(VMALLOC_MALFORMED, place, `${nameOf(place)} ${message}`, { help });
  };
  checkHead(value, fault);
  const perChunk = entriesInPage(KHO_VMALLOC_CHUNK, 'u64', pageBytes);
  for (let next = value.first; next !== 0n && order <= MAX_ORDER; ) {
    const address = Number(next);
    const problem = chunkProblem(next, seen, pageBytes);
    if (problem !== undefined) {
      fault(problem);
      break;
    }
    seen.add(address);
    chunks.push(address / pageBytes);
    const chunk = decoding.read(address, pageBytes, 'chunks of vmalloc areas');
    if (chunk === undefined) {
      isWhole = false;
      break;
    }
    for (let i = 0; i < perChunk; i++) {
      const phys = getUint(chunk, KHO_VMALLOC_CHUNK.sizeBytes + i * 8, 64, byteOrder);
      if (phys === 0n) break;
      if (phys >= PHYSICAL_ADDRESS_LIMIT || Number(phys) % (pageBytes * 2 ** order) !== 0) {
        fault(`lists ${hexText(phys)}, where no block of order ${order} can be`);
        break;
      }
      blockCount += 1;
      pages.add(Number(phys) / pageBytes, 2 ** order, order);
    }
    next = readStruct(KHO_VMALLOC_CHUNK, chunk, 0, byteOrder).next;
  }
  if (isWhole && blockCount * 2 ** order !== totalPages)
    fault(`has ${totalPages} pages and lists ${blockCount * 2 ** order}`);
  return { totalPages, flags: Number(value.flags), order, pages, chunks, blockCount, isWhole };
}

function nameOf(place: MemoryPlace): string {
  return `the vmalloc area ${place.of ?? `at ${hexText(place.address)}`}`;
}

function checkHead(
  value: { readonly first: bigint; readonly flags: bigint; readonly order: bigint },
  fault: (message: string) => void,
): void {
  const known = [...VMALLOC_FLAGS.keys()].reduce((all, flag) => all | flag, 0n);
  if ((value.flags & ~known) !== 0n) fault(`has the flags ${hexText(value.flags)}, not all known`);
  if (value.first === 0n) fault('has no chunks');
  if (value.order > MAX_ORDER) fault(`has blocks of order ${value.order}`);
}

function chunkProblem(next: bigint, seen: ReadonlySet<number>, page: number): string | undefined {
  if (next >= PHYSICAL_ADDRESS_LIMIT) return `has a chunk at ${hexText(next)}, no physical address`;
  if (Number(next) % page !== 0) return `has a chunk at ${hexText(next)}, inside a page`;
  if (seen.has(Number(next))) return `has chunks in a circle, by way of ${hexText(next)}`;
  if (seen.size === MAX_CHUNKS) return `has more than ${MAX_CHUNKS} chunks`;
  return undefined;
}

/**
 * Lays out the chunks of an area of blocks at `blocks` (page frame numbers, in order) as the
 * kernel does, and returns the bytes of its struct kho_vmalloc.
 */
export function writeVmallocArea(
  blocks: readonly number[],
  options: {
    readonly order?: number;
    readonly flags?: number;
    readonly pageBytes: number;
    readonly byteOrder: 'little' | 'big';
    readonly place: PlacePage;
  },
): Uint8Array {
  const { order = 0, flags = 1, pageBytes, byteOrder, place } = options;
  assert(blocks.length > 0, 'an area has pages');
  const perChunk = entriesInPage(KHO_VMALLOC_CHUNK, 'u64', pageBytes);
  // A full chunk always gets a successor, be it empty.
  const count = Math.floor(blocks.length / perChunk) + 1;
  const chunks = Array.from({ length: count }, () => place());
  for (const [c, { bytes }] of chunks.entries()) {
    putUint(bytes, 0, BigInt(chunks[c + 1]?.address ?? 0), 64, byteOrder);
    for (const [i, pfn] of blocks.slice(c * perChunk, (c + 1) * perChunk).entries())
      putUint(bytes, 8 + i * 8, BigInt(pfn) * BigInt(pageBytes), 64, byteOrder);
  }
  const value = {
    first: BigInt(chunks[0]?.address ?? 0),
    total_pages: BigInt(blocks.length * 2 ** order),
    flags: BigInt(flags),
    order: BigInt(order),
  };
  return writeStruct(KHO_VMALLOC, value, byteOrder);
}
