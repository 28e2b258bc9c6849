// The preserved memory as a radix tree of keys (7.1 and later): kho_radix_*() of
// kernel/liveupdate/kexec_handover.c, include/linux/kho/abi/kexec_handover.h. A key is one block:
// its highest bit says the order, the bits below are the address of the block in blocks.
import { assert, putUint } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import { forEachSetBit, setBit } from './bits.ts';
import { type Decoding, PHYSICAL_ADDRESS_LIMIT } from './decoding.ts';
import { MAX_MAP_PAGES, type MapPages, type PlacePage } from './map-pages.ts';
import { PageRunList } from './page-runs.ts';
import { MAP_KEY_INVALID, MAP_MALFORMED } from './rules.ts';

/** What the page size makes of the tree. Levels count down to 0, the bitmaps. */
export interface RadixGeometry {
  /** Bits of a key: KHO_RADIX_KEY_WIDTH. */
  readonly keyBits: number;
  /** Bits of a key that an entry of a table stands for: KHO_TABLE_SIZE_LOG2. */
  readonly tableBits: number;
  /** Bits of a key that a bitmap stands for: KHO_BITMAP_SIZE_LOG2. */
  readonly leafBits: number;
  /** Levels, the bitmaps included: KHO_TREE_MAX_DEPTH. */
  readonly depth: number;
}

/**
 * The geometry for pages of `pageBytes`, a power of two. With `forgetsOrderBit` the depth is that
 * of keys without the bit that says the order, as it was before d64b0372760e.
 */
export function radixGeometry(pageBytes: number, forgetsOrderBit = false): RadixGeometry {
  const shift = Math.log2(pageBytes);
  const keyBits = 64 - shift + 1;
  const tableBits = shift - 3;
  const leafBits = shift + 3;
  const bits = keyBits - leafBits - (forgetsOrderBit ? 1 : 0);
  return { keyBits, tableBits, leafBits, depth: 1 + Math.ceil(bits / tableBits) };
}

/** The key of the block of 2^order pages that starts at page `pfn`, a multiple of 2^order. */
export function radixKey(pfn: number, order: number, geometry: RadixGeometry): number {
  return 2 ** (geometry.keyBits - 1 - order) + pfn / 2 ** order;
}

/** The block that `key`, which is not 0 and has at most `keyBits` bits, stands for. */
export function radixBlock(
  key: number,
  { keyBits }: RadixGeometry,
): { readonly pfn: number; readonly order: number } {
  const order = keyBits - bitLength(key);
  return { pfn: (key - 2 ** (keyBits - 1 - order)) * 2 ** order, order };
}

/** Bits up to the highest one that is set: fls64(). Exact up to 2^53. */
function bitLength(value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value >>> 0);
}

interface Level {
  readonly table: DataView;
  readonly level: number;
  /** The key bits above this level. */
  readonly prefix: number;
  next: number;
}

/**
 * Reads the tree whose root table is at `root`. Runs of blocks come in the order of their keys:
 * descending by order, ascending by address within one.
 */
export function readRadixTree(root: number, decoding: Decoding): MapPages {
  return new RadixReader(decoding).read(root);
}

class RadixReader {
  readonly #decoding: Decoding;
  readonly #geometry: RadixGeometry;
  readonly #lists = new Map<number, PageRunList>();
  readonly #pages = new PageRunList();
  readonly #seen = new Set<number>();
  #blockCount = 0;
  #isWhole = true;

  constructor(decoding: Decoding) {
    this.#decoding = decoding;
    this.#geometry = radixGeometry(decoding.pageBytes);
  }

  read(root: number): MapPages {
    const open: Level[] = [];
    this.#enter(root, this.#geometry.depth - 1, 0, open);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const child = this.#nextChild(top);
      if (child === undefined) {
        open.pop();
        continue;
      }
      // Exact: indexes that would lead beyond the width of a key are refused by #enter().
      const prefix = top.prefix * 2 ** this.#geometry.tableBits + child.index;
      this.#enter(child.address, top.level - 1, prefix, open);
    }
    return {
      lists: [...this.#lists.values()],
      pages: this.#pages,
      blockCount: this.#blockCount,
      isWhole: this.#isWhole,
    };
  }

  #nextChild(level: Level): { index: number; address: number } | undefined {
    const { table } = level;
    const little = this.#decoding.byteOrder === 'little';
    for (; level.next * 8 < table.byteLength; ) {
      const index = level.next++;
      const first = table.getUint32(index * 8, little);
      const second = table.getUint32(index * 8 + 4, little);
      if (first === 0 && second === 0) continue;
      const address = little ? second * 2 ** 32 + first : first * 2 ** 32 + second;
      return { index, address };
    }
    return undefined;
  }

  /** Checks the page at `address` and reads a bitmap, or opens a table. */
  #enter(address: number, level: number, prefix: number, open: Level[]): void {
    const { pageBytes } = this.#decoding;
    const { tableBits, leafBits, keyBits } = this.#geometry;
    const what = level === 0 ? 'a bitmap of the radix tree' : 'a table of the radix tree';
    if (address >= PHYSICAL_ADDRESS_LIMIT || address % pageBytes !== 0) {
      const why = address % pageBytes === 0 ? 'no physical address' : 'inside a page';
      this.#fault(address, `${what} is at ${hexText(BigInt(address))}, which is ${why}`);
      return;
    }
    if (prefix > 0 && bitLength(prefix) + leafBits + level * tableBits > keyBits) {
      const message = `${what} at ${hexText(address)} stands for keys of more than ${keyBits} bits`;
      this.#isWhole = false;
      this.#decoding.report(MAP_KEY_INVALID, { address }, message);
      return;
    }
    if (this.#seen.has(address)) {
      this.#fault(
        address,
        `two entries of the radix tree point to the page at ${hexText(address)}`,
      );
      return;
    }
    if (this.#seen.size === MAX_MAP_PAGES) {
      this.#fault(address, `the radix tree has more than ${MAX_MAP_PAGES} pages`);
      open.length = 0;
      return;
    }
    this.#seen.add(address);
    this.#pages.add(address / pageBytes, 1, level);
    const many = level === 0 ? 'bitmaps of the radix tree' : 'tables of the radix tree';
    const page = this.#decoding.read(address, pageBytes, many);
    if (page === undefined) {
      this.#isWhole = false;
      return;
    }
    if (level === 0) this.#readLeaf(page, prefix * 2 ** leafBits, address);
    else {
      const table = new DataView(page.buffer, page.byteOffset, page.length);
      open.push({ table, level, prefix, next: 0 });
    }
  }

  #fault(address: number, message: string): void {
    this.#isWhole = false;
    this.#decoding.report(MAP_MALFORMED, { address }, message, {
      help: 'the next kernel walks the tree without checks: it crashes, or reserves wrong memory',
    });
  }

  #readLeaf(bitmap: Uint8Array, firstKey: number, address: number): void {
    // All keys of a bitmap have one order, but for those of the first one.
    if (firstKey === 0) {
      forEachSetBit(bitmap, this.#decoding.byteOrder, (bit, count) => {
        for (let key = bit; key < bit + count; key++) this.#addKey(key, address);
      });
      return;
    }
    const { pfn, order } = radixBlock(firstKey, this.#geometry);
    const perBlock = 2 ** order;
    const list = this.#listOf(order);
    forEachSetBit(bitmap, this.#decoding.byteOrder, (bit, count) =>
      this.#add(list, pfn + bit * perBlock, count * perBlock, order, count),
    );
  }

  #addKey(key: number, address: number): void {
    if (key === 0) {
      this.#decoding.report(MAP_KEY_INVALID, { address }, 'the radix tree has the key 0');
      return;
    }
    const { pfn, order } = radixBlock(key, this.#geometry);
    this.#add(this.#listOf(order), pfn, 2 ** order, order, 1);
  }

  #add(list: PageRunList, pfn: number, pages: number, order: number, blocks: number): void {
    this.#blockCount += blocks;
    if (!list.add(pfn, pages, order)) this.#isWhole = false;
  }

  #listOf(order: number): PageRunList {
    let list = this.#lists.get(order);
    if (list === undefined) {
      list = new PageRunList();
      this.#lists.set(order, list);
    }
    return list;
  }
}

/**
 * Lays out a radix tree of `blocks` as the kernel does and returns the address of its root.
 * `place` is asked for a page for each table and bitmap, the root first.
 * @throws when a block is not aligned to its size: the kernel's callers see to that.
 */
export function writeRadixTree(
  blocks: Iterable<{ readonly pfn: number; readonly order: number }>,
  options: {
    readonly pageBytes: number;
    readonly byteOrder: 'little' | 'big';
    readonly place: PlacePage;
  },
): number {
  const { pageBytes, byteOrder, place } = options;
  const geometry = radixGeometry(pageBytes);
  const root = place();
  const children = new Map<string, { readonly address: number; readonly bytes: Uint8Array }>();
  const leafOf = (key: bigint): Uint8Array => {
    let node = root;
    for (let level = geometry.depth - 1; level > 0; level--) {
      const below = BigInt(geometry.leafBits + (level - 1) * geometry.tableBits);
      const path = `${level}:${key >> below}`;
      let child = children.get(path);
      if (child === undefined) {
        child = place();
        children.set(path, child);
        const index = Number((key >> below) & BigInt(2 ** geometry.tableBits - 1));
        putUint(node.bytes, index * 8, BigInt(child.address), 64, byteOrder);
      }
      node = child;
    }
    return node.bytes;
  };
  // Blocks mostly come in the order of their keys, so that one bitmap takes many.
  let prefix = -1;
  let leaf = root.bytes;
  for (const { pfn, order } of blocks) {
    assert(pfn % 2 ** order === 0, `page ${pfn} starts a block of order ${order}`);
    const key = radixKey(pfn, order, geometry);
    const bit = key % 2 ** geometry.leafBits;
    if ((key - bit) / 2 ** geometry.leafBits !== prefix) {
      prefix = (key - bit) / 2 ** geometry.leafBits;
      leaf = leafOf(BigInt(key));
    }
    setBit(leaf, bit, byteOrder);
  }
  return root.address;
}
