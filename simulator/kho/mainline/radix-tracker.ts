// The radix tree of preserved blocks, live in memory (7.1 and later): kho_radix_add_key() and
// kho_radix_del_key() of kernel/liveupdate/kexec_handover.c.
import { hexText, type RadixGeometry, radixGeometry, radixKey } from '../../../kho/index.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { EINVAL, ENOMEM, ERANGE } from './errors.ts';
import { type Context, hasDefect, KHO, Oops } from './state.ts';
import {
  bitAt,
  putBit,
  type Removal,
  readU64,
  type TakePage,
  type Tracker,
  writeU64,
} from './tracker.ts';

export class RadixTracker implements Tracker {
  readonly #kernel: Kernel;
  readonly #takePage: TakePage;
  readonly #keepsFreedNodes: boolean;
  /** What its keys are called in the names of functions: pages until 7.2. */
  readonly #noun: 'key' | 'page';
  readonly #geometry: RadixGeometry;
  /** Bitmaps by the bits of the key above them: where the walk from the root would come to. */
  readonly #leaves = new Map<number, number>();
  readonly #pages = new Set<number>();
  #root: number | undefined;

  constructor(context: Context, takePage: TakePage) {
    this.#kernel = context.kernel;
    this.#takePage = takePage;
    this.#geometry = geometryOf(context);
    this.#keepsFreedNodes = hasDefect(context, 'tree-keeps-freed-node');
    const hasPages = context.release.api.some(({ name }) => name === 'kho_radix_add_page');
    this.#noun = hasPages ? 'page' : 'key';
  }

  /** kho_radix_init_tree(): the address of the root; undefined if there is no memory. */
  start(): number | undefined {
    this.#root = this.#newNode();
    return this.#root;
  }

  get isReady(): boolean {
    return this.#root !== undefined;
  }

  add(pfn: number, order: number): number {
    if (this.#root === undefined) {
      this.#kernel.warn(`kho_radix_add_${this.#noun}`);
      return -EINVAL;
    }
    if (order >= this.#geometry.keyBits) return -ERANGE;
    const key = radixKey(pfn, order, this.#geometry);
    const leaf = this.#find(key) ?? this.#grow(key);
    if (leaf === undefined) return -ENOMEM;
    putBit(this.#kernel, leaf, key % 2 ** this.#geometry.leafBits, true);
    return 0;
  }

  remove(pfn: number, order: number): Removal {
    if (this.#root === undefined) {
      this.#kernel.warn(`kho_radix_del_${this.#noun}`);
      return 'was-clear';
    }
    const key = radixKey(pfn, order, this.#geometry);
    const leaf = this.#find(key);
    if (leaf === undefined) {
      this.#kernel.warn(`kho_radix_del_${this.#noun}`, true);
      return 'no-page';
    }
    const bit = key % 2 ** this.#geometry.leafBits;
    const wasSet = bitAt(this.#kernel, leaf, bit);
    putBit(this.#kernel, leaf, bit, false);
    return wasSet ? 'removed' : 'was-clear';
  }

  has(pfn: number, order: number): boolean {
    const key = radixKey(pfn, order, this.#geometry);
    const leaf = this.#root === undefined ? undefined : this.#find(key);
    return leaf !== undefined && bitAt(this.#kernel, leaf, key % 2 ** this.#geometry.leafBits);
  }

  pages(): Iterable<number> {
    return this.#pages;
  }

  #find(key: number): number | undefined {
    return this.#leaves.get(Math.floor(key / 2 ** this.#geometry.leafBits));
  }

  /** The bitmap for `key`, with the tables on the way; without memory nothing new. */
  #grow(key: number): number | undefined {
    const { depth, tableBits, leafBits } = this.#geometry;
    const fresh: number[] = [];
    let anchor: number | undefined;
    let node = this.#root as number;
    for (let level = depth - 1; level > 0; level--) {
      const shift = leafBits + (level - 1) * tableBits;
      const index = Math.floor(key / 2 ** shift) % 2 ** tableBits;
      const entry = node + index * 8;
      let child = readU64(this.#kernel, entry);
      if (child === 0) {
        const page = this.#newNode();
        if (page === undefined) return this.#undo(fresh, anchor);
        fresh.push(page);
        anchor ??= entry;
        writeU64(this.#kernel, entry, page);
        child = page;
      }
      if (!this.#pages.has(this.#kernel.pfnOf(child))) this.#follow(child);
      node = child;
    }
    this.#leaves.set(Math.floor(key / 2 ** leafBits), node);
    return node;
  }

  #undo(fresh: readonly number[], anchor: number | undefined): undefined {
    for (const page of fresh) {
      this.#pages.delete(this.#kernel.pfnOf(page));
      this.#kernel.freePages(page, 0, KHO);
    }
    if (anchor !== undefined && !this.#keepsFreedNodes) writeU64(this.#kernel, anchor, 0);
    return undefined;
  }

  /** A pointer to a node that is none any more. */
  #follow(node: number): never {
    const where = hexText(node);
    throw new Oops(
      `unable to handle page fault for address: ${where}`,
      `kho_radix_add_${this.#noun}() follows a pointer to a node at ${where}, which was freed`,
    );
  }

  #newNode(): number | undefined {
    const page = this.#takePage();
    if (page !== undefined) this.#pages.add(this.#kernel.pfnOf(page));
    return page;
  }
}

/** The shape of the tree as this kernel has it. */
export function geometryOf(context: Context): RadixGeometry {
  return radixGeometry(context.kernel.machine.pageBytes, hasDefect(context, 'tree-too-shallow'));
}
