// A tree of keys that a driver keeps: its nodes are pages of the driver's own, which must be
// preserved like any others. Models kho_radix_*() of kernel/liveupdate/kexec_handover.c.
import { getUint } from '../../../../fdt/index.ts';
import { hexText, type RadixGeometry } from '../../../../kho/index.ts';
import { readVirtual, writeVirtual } from '../../../kernel/access.ts';
import { GFP_KERNEL } from '../../../kernel/gfp.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { ENOMEM } from '../errors.ts';
import { geometryOf } from '../radix-tracker.ts';
import { type CalledBy, type Context, findingAt, Oops } from '../state.ts';
import { bitAt, putBit, writeU64 } from '../tracker.ts';

/** What a walk comes by. */
export type Visited =
  | { readonly kind: 'key'; readonly key: number }
  /** Physical address of a page of the tree itself. */
  | { readonly kind: 'node'; readonly address: number };

export class DriverTree {
  readonly #kernel: Kernel;
  readonly geometry: RadixGeometry;
  readonly #root: bigint;
  readonly #by: CalledBy;

  /** The tree whose root is at a virtual address; every access is one of the caller's. */
  constructor(context: Context, root: bigint, by: CalledBy) {
    this.#kernel = context.kernel;
    this.geometry = geometryOf(context);
    this.#root = root;
    this.#by = by;
  }

  /** kho_radix_alloc_node(): a zeroed page of the driver's; undefined if there is no memory. */
  static newNode(kernel: Kernel, { caller }: CalledBy): number | undefined {
    const page = kernel.allocatePages(0, GFP_KERNEL, caller);
    if (page !== undefined) kernel.machine.memory.fill(page, kernel.machine.pageBytes, 0);
    return page;
  }

  /** kho_radix_add_key(): 0 or -ENOMEM, and then nothing has changed. */
  add(key: number): number {
    const fresh: number[] = [];
    let anchor: bigint | undefined;
    let node = this.#root;
    for (let level = this.geometry.depth - 1; level > 0; level--) {
      const entry = this.#entryOf(node, key, level);
      let child = this.#childAt(entry);
      if (child === undefined) {
        const page = DriverTree.newNode(this.#kernel, this.#by);
        if (page === undefined) {
          for (const each of fresh) this.#kernel.freePages(each, 0, this.#by.caller);
          if (anchor !== undefined) writeVirtual(this.#kernel, anchor, ZERO, this.#by.caller);
          return -ENOMEM;
        }
        fresh.push(page);
        anchor ??= entry;
        child = this.#virtual(page);
        this.#write(entry, page);
      }
      node = child;
    }
    this.#access(node);
    putBit(this.#kernel, this.#physical(node), key % 2 ** this.geometry.leafBits, true);
    return 0;
  }

  /** kho_radix_del_key(): false, with the kernel's warning, if there is no bitmap for the key. */
  remove(key: number): 'removed' | 'was-clear' | 'no-node' {
    let node = this.#root;
    for (let level = this.geometry.depth - 1; level > 0; level--) {
      const child = this.#childAt(this.#entryOf(node, key, level));
      if (child === undefined) return 'no-node';
      node = child;
    }
    this.#access(node);
    const bit = key % 2 ** this.geometry.leafBits;
    const wasSet = bitAt(this.#kernel, this.#physical(node), bit);
    putBit(this.#kernel, this.#physical(node), bit, false);
    return wasSet ? 'removed' : 'was-clear';
  }

  /** kho_radix_walk_tree(): nodes before what is below them, keys ascending. */
  walk(): Generator<Visited> {
    return this.#walk(this.#root, this.geometry.depth - 1, 0);
  }

  /** kho_radix_destroy_tree(): the nodes are freed, those below first. */
  destroy(): void {
    this.#destroy(this.#root, this.geometry.depth - 1);
  }

  *#walk(node: bigint, level: number, prefix: number): Generator<Visited> {
    yield { kind: 'node', address: this.#physical(node) };
    const page = this.#page(node);
    const { byteOrder } = this.#kernel.machine;
    if (level === 0) {
      const first = prefix * 2 ** this.geometry.leafBits;
      for (let index = 0; index < page.length; index++) {
        // Bitmaps are arrays of unsigned long.
        const byte = page[byteOrder === 'little' ? index : index ^ 7] as number;
        for (let bits = byte; bits !== 0; bits &= bits - 1)
          yield { kind: 'key', key: first + (index * 8 + 31 - Math.clz32(bits & -bits)) };
      }
      return;
    }
    for (let index = 0; index < page.length / 8; index++) {
      const child = Number(getUint(page, index * 8, 64, byteOrder));
      if (child === 0) continue;
      const below = prefix * 2 ** this.geometry.tableBits + index;
      yield* this.#walk(this.#virtual(child), level - 1, below);
    }
  }

  #destroy(node: bigint, level: number): void {
    if (level > 0) {
      const page = this.#page(node);
      for (let index = 0; index < page.length / 8; index++) {
        const child = Number(getUint(page, index * 8, 64, this.#kernel.machine.byteOrder));
        if (child !== 0) this.#destroy(this.#virtual(child), level - 1);
      }
    }
    this.#kernel.freePages(this.#physical(node), 0, this.#by.caller);
  }

  #entryOf(node: bigint, key: number, level: number): bigint {
    const { leafBits, tableBits } = this.geometry;
    const shift = leafBits + (level - 1) * tableBits;
    return node + BigInt((Math.floor(key / 2 ** shift) % 2 ** tableBits) * 8);
  }

  #childAt(entry: bigint): bigint | undefined {
    const bytes = this.#read(entry, 8);
    const child = Number(getUint(bytes, 0, 64, this.#kernel.machine.byteOrder));
    return child === 0 ? undefined : this.#virtual(child);
  }

  #page(node: bigint): Uint8Array {
    return this.#read(node, this.#kernel.machine.pageBytes);
  }

  #read(address: bigint, lengthBytes: number): Uint8Array {
    this.#refuseUnmapped(address);
    return readVirtual(this.#kernel, address, lengthBytes, this.#by.caller);
  }

  #write(address: bigint, value: number): void {
    this.#access(address);
    writeU64(this.#kernel, this.#physical(address), value);
  }

  /** What is written is the driver's: a node that was handed over must be restored first. */
  #access(address: bigint): void {
    const first = this.#read(address, 1);
    writeVirtual(this.#kernel, address, first, this.#by.caller);
  }

  /** What is no memory faults. */
  #refuseUnmapped(address: bigint): void {
    const kernel = this.#kernel;
    if (address >= kernel.directMapBase && kernel.machine.ram.has(this.#physical(address))) return;
    findingAt(kernel, this.#by.caller, {
      rule: 'unowned-memory-read',
      severity: 'error',
      message: `${this.#by.call}() follows ${hexText(address)} in a tree: it is no node`,
      help: 'the root is a zeroed page, and what the kernel before left is told by its address',
    });
    throw new Oops(`unable to handle page fault for address: ${hexText(address)}`);
  }

  #virtual(address: number): bigint {
    return this.#kernel.directMapBase + BigInt(address);
  }

  #physical(address: bigint): number {
    return Number(address - this.#kernel.directMapBase);
  }
}

const ZERO = new Uint8Array(8);
