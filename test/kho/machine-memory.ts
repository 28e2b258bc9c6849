// The memory of a machine that is about to hand over: what is in it and which of it is preserved.
import assert from 'node:assert/strict';
import type { ByteOrder } from '../../fdt/index.ts';
import { type MemoryPiece, type NumaNode, type PhysRange, pageGeometry } from '../../kho/index.ts';

/** Where something lies and the bytes that are there. */
export interface Placed {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A block of 2^order pages. */
export interface Block {
  readonly pfn: number;
  readonly order: number;
}

/**
 * Units, each the largest block that the page allocator has, from where memory of each kind is
 * taken; scratch has one each at these.
 */
const BOOT_UNIT = 0;
const PRESERVED_UNIT = 8;
const MAP_UNIT = 14;
const NODE_UNITS = 16;
const SECOND_NODE_UNIT = 20;
const SCRATCH_UNITS = [1, 3, 5, 17];

/** Two nodes of 16 of the largest blocks each. */
export class MachineMemory {
  readonly pageBytes: number;
  readonly byteOrder: ByteOrder;
  readonly pieces: MemoryPiece[] = [];
  readonly blocks: Block[] = [];
  readonly #unitBytes: number;
  #boot: number;
  #preserved: number;
  #map: number;
  #otherNode: number;

  constructor(pageBytes: number, byteOrder: ByteOrder) {
    this.pageBytes = pageBytes;
    this.byteOrder = byteOrder;
    this.#unitBytes = pageBytes * 2 ** pageGeometry(pageBytes).maxOrder;
    this.#boot = BOOT_UNIT * this.#unitBytes + pageBytes;
    this.#preserved = PRESERVED_UNIT * this.#unitBytes;
    this.#map = MAP_UNIT * this.#unitBytes;
    this.#otherNode = SECOND_NODE_UNIT * this.#unitBytes;
  }

  /** One region in low memory, one anywhere, one for each node. */
  get scratch(): readonly PhysRange[] {
    return SCRATCH_UNITS.map((unit) => this.#range(unit, 1));
  }

  get ram(): readonly PhysRange[] {
    return [this.#range(0, 2 * NODE_UNITS)];
  }

  get numaNodes(): readonly NumaNode[] {
    return [0, 1].map((id) => ({ id, ranges: [this.#range(id * NODE_UNITS, NODE_UNITS)] }));
  }

  /** A preserved block of node 0, zeroed. */
  preserve(order = 0): Placed {
    const size = this.pageBytes * 2 ** order;
    this.#preserved = Math.ceil(this.#preserved / size) * size;
    const address = this.#preserved;
    this.#preserved += size;
    return this.#preserveAt(address, order);
  }

  /** The fewest blocks that hold `sizeBytes` in a row, as kho_preserve_pages() takes them. */
  preserveInRow(sizeBytes: number): Placed {
    const pages = Math.ceil(sizeBytes / this.pageBytes);
    const address = this.#otherNode;
    for (let at = address / this.pageBytes, end = at + pages; at < end; ) {
      let order = 0;
      while (at % 2 ** (order + 1) === 0 && at + 2 ** (order + 1) <= end) order++;
      this.blocks.push({ pfn: at, order });
      at += 2 ** order;
    }
    this.#otherNode += pages * this.pageBytes;
    return this.#place(address, pages * this.pageBytes);
  }

  /** Memory of the map itself, which nothing preserves; `sizeBytes` divides a page. */
  placeMap(sizeBytes: number = this.pageBytes): Placed {
    const address = Math.ceil(this.#map / sizeBytes) * sizeBytes;
    this.#map = address + sizeBytes;
    return this.#place(address, sizeBytes);
  }

  /** What firmware and kexec leave: not preserved, not of the map. */
  placeBoot(bytes: Uint8Array): Placed {
    const address = this.#boot;
    this.#boot += Math.ceil(bytes.length / this.pageBytes) * this.pageBytes;
    const placed = this.#place(address, bytes.length);
    placed.bytes.set(bytes);
    return placed;
  }

  #preserveAt(address: number, order: number): Placed {
    this.blocks.push({ pfn: address / this.pageBytes, order });
    return this.#place(address, this.pageBytes * 2 ** order);
  }

  #place(address: number, sizeBytes: number): Placed {
    assert.ok(address + sizeBytes <= 2 * NODE_UNITS * this.#unitBytes, 'the machine is full');
    const bytes = new Uint8Array(sizeBytes);
    this.pieces.push({ address: BigInt(address), bytes });
    return { address, bytes };
  }

  #range(unit: number, count: number): PhysRange {
    return {
      address: BigInt(unit * this.#unitBytes),
      sizeBytes: BigInt(count * this.#unitBytes),
    };
  }
}
