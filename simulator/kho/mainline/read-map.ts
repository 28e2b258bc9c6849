// How the next kernel reads the map of the preserved memory: without a check, as the kernel does.
// Models kho_mem_deserialize() and kho_radix_walk_tree() of kernel/liveupdate/kexec_handover.c.
import { getUint } from '../../../fdt/index.ts';
import {
  KHOSER_MEM_BITMAP_PTR,
  KHOSER_MEM_CHUNK_HDR,
  type RadixGeometry,
  radixBlock,
  readStruct,
} from '../../../kho/index.ts';
import type { Machine } from '../../machine/machine.ts';
import { geometryOf } from './radix-tracker.ts';
import type { Context } from './state.ts';

/** Blocks and pages of the map that are read; a real kernel would not come to an end either. */
const MAX_BLOCKS: number = 1 << 24;
const MAX_PAGES: number = 1 << 20;

export interface MapVisitor {
  block(pfn: number, order: number): void;
  /** A page of the map itself. */
  page(pfn: number): void;
  /** True once there is no going on: the kernel does not survive what it has read. */
  isOver?(): boolean;
}

/** Walks the map at `address`; false if it does not end within what is read, or was given up. */
export function readMap(context: Context, address: number, visitor: MapVisitor): boolean {
  const { machine } = context.kernel;
  const encoding = context.release.memoryMap;
  let blocks = 0;
  let pages = 0;
  const counted: MapVisitor = {
    block(pfn, order) {
      blocks += 1;
      if (blocks <= MAX_BLOCKS) visitor.block(pfn, order);
    },
    page(pfn) {
      pages += 1;
      visitor.page(pfn);
    },
  };
  const isOver = (): boolean =>
    blocks > MAX_BLOCKS || pages > MAX_PAGES || visitor.isOver?.() === true;
  switch (encoding.kind) {
    case 'bitmaps': {
      const { bitmapBytes } = encoding;
      const bytes = bitmapBytes === 'page' ? machine.pageBytes : bitmapBytes;
      readChunks(machine, address, bytes, counted, isOver);
      break;
    }
    case 'radix-tree':
      {
        const geometry = geometryOf(context);
        readNode({ machine, geometry }, address, geometry.depth - 1, 0, counted, isOver);
      }
      break;
    case 'mem-properties':
      break;
  }
  return !isOver();
}

function readChunks(
  machine: Machine,
  first: number,
  bitmapBytes: number,
  visitor: MapVisitor,
  isOver: () => boolean,
): void {
  const { memory, byteOrder, pageBytes } = machine;
  for (let chunk = first; chunk !== 0 && !isOver(); ) {
    visitor.page(chunk / pageBytes);
    const head = memory.read(chunk, KHOSER_MEM_CHUNK_HDR.sizeBytes);
    const { next, order, num_elms } = readStruct(KHOSER_MEM_CHUNK_HDR, head, 0, byteOrder);
    for (let i = 0; i < Number(num_elms) && !isOver(); i++) {
      const at = KHOSER_MEM_CHUNK_HDR.sizeBytes + i * KHOSER_MEM_BITMAP_PTR.sizeBytes;
      const bytes = memory.read(chunk + at, KHOSER_MEM_BITMAP_PTR.sizeBytes);
      const entry = readStruct(KHOSER_MEM_BITMAP_PTR, bytes, 0, byteOrder);
      const bitmap = Number(entry.bitmap_phys);
      visitor.page(Math.floor(bitmap / pageBytes));
      const start = Math.floor(Number(entry.phys_start) / pageBytes);
      const blockPages = 2 ** Number(order);
      eachBit(machine, bitmap, bitmapBytes, (bit) =>
        visitor.block(start + bit * blockPages, Number(order)),
      );
    }
    chunk = Number(next);
  }
}

interface Tree {
  readonly machine: Machine;
  readonly geometry: RadixGeometry;
}

function readNode(
  tree: Tree,
  address: number,
  level: number,
  prefix: number,
  visitor: MapVisitor,
  isOver: () => boolean,
): void {
  const { machine, geometry } = tree;
  const { memory, byteOrder, pageBytes } = machine;
  visitor.page(Math.floor(address / pageBytes));
  if (level === 0) {
    const first = prefix * 2 ** geometry.leafBits;
    eachBit(machine, address, pageBytes, (bit) => {
      if (first + bit === 0) return;
      const { pfn, order } = radixBlock(first + bit, geometry);
      visitor.block(pfn, order);
    });
    return;
  }
  const table = memory.read(address, pageBytes);
  for (let index = 0; index < pageBytes / 8 && !isOver(); index++) {
    const child = Number(getUint(table, index * 8, 64, byteOrder));
    if (child === 0) continue;
    const below = prefix * 2 ** geometry.tableBits + index;
    readNode(tree, child, level - 1, below, visitor, isOver);
  }
}

/** Calls `visit` for the set bits of an array of unsigned long, ascending. */
function eachBit(
  { memory, byteOrder }: Machine,
  address: number,
  lengthBytes: number,
  visit: (bit: number) => void,
): void {
  const bytes = memory.read(address, lengthBytes);
  const words = new BigUint64Array(bytes.buffer, 0, lengthBytes / 8);
  for (let index = 0; index < lengthBytes; index++) {
    // Nearly all words of nearly all maps are zero.
    if (index % 8 === 0 && words[index / 8] === 0n) {
      index += 7;
      continue;
    }
    const byte = bytes[byteOrder === 'little' ? index : index ^ 7] as number;
    for (let bits = byte; bits !== 0; bits &= bits - 1)
      visit(index * 8 + 31 - Math.clz32(bits & -bits));
  }
}
