// Structs in a row: contiguous arrays, and the linked blocks of kernel/liveupdate/kho_block.c.
import { assert } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import { KHO_BLOCK_HEADER_SER, MAX_BLOCKS } from '../structs/index.ts';
import {
  entriesInPage,
  readStruct,
  type Struct,
  type StructValue,
  writeStruct,
} from '../structs/struct.ts';
import { type Decoding, PHYSICAL_ADDRESS_LIMIT } from './decoding.ts';
import type { PlacePage } from './map-pages.ts';
import { BLOCK_LIST_MALFORMED } from './rules.ts';

/** One struct of a row and where it is. */
export interface Entry<Integers extends string, Texts extends string> {
  readonly value: StructValue<Integers, Texts>;
  readonly address: number;
}

export interface Entries<Integers extends string, Texts extends string> {
  readonly entries: readonly Entry<Integers, Texts>[];
  /** Addresses and sizes of the memory that they are in. */
  readonly memory: readonly { readonly address: number; readonly sizeBytes: number }[];
  /** False if some could not be read or believed. */
  readonly isWhole: boolean;
}

/** Entries that one list is read to. */
const MAX_ENTRIES = 1_000_000;

/** Reads the blocks of `struct` that begin at `first`; 0 is an empty list. */
export function readBlockList<Integers extends string, Texts extends string>(
  first: bigint,
  struct: Struct<Integers, Texts>,
  of: string,
  decoding: Decoding,
): Entries<Integers, Texts> {
  const { pageBytes, byteOrder } = decoding;
  const entries: Entry<Integers, Texts>[] = [];
  const memory: { address: number; sizeBytes: number }[] = [];
  const seen = new Set<bigint>();
  const most = entriesInPage(KHO_BLOCK_HEADER_SER, struct, pageBytes);
  let isWhole = true;
  for (let next = first; next !== 0n; ) {
    const address = Number(next);
    const fault = (message: string): void => {
      isWhole = false;
      const help = 'the next kernel answers -EINVAL to the whole list';
      decoding.report(BLOCK_LIST_MALFORMED, { address, of }, `${of}: ${message}`, { help });
    };
    const problem = blockProblem(next, seen, pageBytes);
    if (problem !== undefined) {
      fault(problem);
      break;
    }
    seen.add(next);
    const block = decoding.read(address, pageBytes, `blocks of ${struct.name}`);
    if (block === undefined) {
      isWhole = false;
      break;
    }
    memory.push({ address, sizeBytes: pageBytes });
    const header = readStruct(KHO_BLOCK_HEADER_SER, block, 0, byteOrder);
    const isCountRight = header.count > 0n && header.count <= BigInt(most);
    if (!isCountRight) {
      fault(
        `the block at ${hexText(next)} has ${header.count} entries, and must have 1 to ${most}`,
      );
      break;
    }
    for (let i = 0; i < Number(header.count) && entries.length < MAX_ENTRIES; i++) {
      const at = KHO_BLOCK_HEADER_SER.sizeBytes + i * struct.sizeBytes;
      const value = readStruct(struct, block, at, byteOrder);
      entries.push({ value, address: address + at });
    }
    next = header.next;
  }
  return { entries, memory, isWhole };
}

function blockProblem(next: bigint, seen: ReadonlySet<bigint>, page: number): string | undefined {
  if (next >= PHYSICAL_ADDRESS_LIMIT) return `a block is at ${hexText(next)}, no physical address`;
  if (Number(next) % page !== 0) return `a block is at ${hexText(next)}, inside a page`;
  if (seen.has(next)) return `the blocks are in a circle, by way of ${hexText(next)}`;
  if (seen.size === MAX_BLOCKS) return `there are more than ${MAX_BLOCKS} blocks`;
  return undefined;
}

/** Reads `count` structs that lie at `address` in a row. */
export function readArray<Integers extends string, Texts extends string>(
  address: number,
  count: number,
  struct: Struct<Integers, Texts>,
  decoding: Decoding,
): Entries<Integers, Texts> {
  const size = struct.sizeBytes;
  const entries: Entry<Integers, Texts>[] = [];
  const wanted = Math.min(count, MAX_ENTRIES);
  let isWhole = wanted === count;
  for (let i = 0; i < wanted; i++) {
    const at = address + i * size;
    const bytes = decoding.read(at, size, `the array of ${struct.name}`);
    if (bytes === undefined) {
      isWhole = false;
      break;
    }
    const value = readStruct(struct, bytes, 0, decoding.byteOrder);
    entries.push({ value, address: at });
  }
  return { entries, memory: [{ address, sizeBytes: count * size }], isWhole };
}

/** Lays out `values` in as few blocks as they need and returns the address of the first, or 0. */
export function writeBlockList<Integers extends string, Texts extends string>(
  struct: Struct<Integers, Texts>,
  values: readonly StructValue<Integers, Texts>[],
  options: {
    readonly pageBytes: number;
    readonly byteOrder: 'little' | 'big';
    readonly place: PlacePage;
  },
): number {
  const { pageBytes, byteOrder, place } = options;
  const most = entriesInPage(KHO_BLOCK_HEADER_SER, struct, pageBytes);
  assert(most > 0, 'an entry fits in a page');
  const blocks = Array.from({ length: Math.ceil(values.length / most) }, () => place());
  for (const [b, { bytes }] of blocks.entries()) {
    const some = values.slice(b * most, (b + 1) * most);
    const header = { next: BigInt(blocks[b + 1]?.address ?? 0), count: BigInt(some.length) };
    bytes.set(writeStruct(KHO_BLOCK_HEADER_SER, header, byteOrder));
    for (const [i, value] of some.entries())
      bytes.set(
        writeStruct(struct, value, byteOrder),
        KHO_BLOCK_HEADER_SER.sizeBytes + i * struct.sizeBytes,
      );
  }
  return blocks[0]?.address ?? 0;
}
