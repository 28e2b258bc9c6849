// Areas that are contiguous in virtual memory alone. Models mm/vmalloc.c.
import type { Machine } from '../machine/machine.ts';
import type { CallSite } from '../result.ts';

/** Order of the blocks of an area that is mapped with huge pages: PMD_ORDER. */
export const HUGE_ORDER = 9;

/** VM_* of include/linux/vmalloc.h, as far as areas of drivers have them. */
export type AreaKind =
  /** VM_ALLOC: the pages are the area's own. */
  | 'alloc'
  /** VM_ALLOC | VM_ALLOW_HUGE_VMAP. */
  | 'alloc-huge'
  /** VM_MAP: pages that somebody else has. */
  | 'map';

export interface VmArea {
  readonly address: bigint;
  readonly kind: AreaKind;
  /** Each entry of `blocks` is a block of this order. */
  readonly order: number;
  /** Page frames, in the order in which they are mapped. */
  readonly blocks: readonly number[];
  readonly owner: string;
  readonly site?: CallSite;
  /** Pages of it to which vm_struct::pages has no pointer. */
  readonly unfilledPages?: number;
}

/** VMALLOC_START with 4-level page tables; of arm64 with 48 bits of address about the same. */
const AREA_START = { x86_64: 0xffffc90000000000n, arm64: 0xffff800080000000n } as const;
/** As with the direct map, no two kernels that follow each other use the same addresses. */
const AREA_STRIDE = 1n << 40n;
const AREA_SLOTS = 8;

/** The areas of one kernel. */
export class Vmalloc {
  readonly #pageBytes: number;
  readonly #areas = new Map<bigint, VmArea>();
  /** Areas that are gone, so that their use can be told from the use of nothing. */
  readonly #gone = new Map<bigint, VmArea>();
  readonly #start: bigint;
  #next: bigint;

  constructor({ architecture, pageBytes }: Machine, kernel: number) {
    this.#pageBytes = pageBytes;
    this.#start = AREA_START[architecture] + BigInt(kernel % AREA_SLOTS) * AREA_STRIDE;
    this.#next = this.#start;
  }

  add(area: Omit<VmArea, 'address'>): VmArea {
    const added = { ...area, address: this.#next };
    // A page that is not mapped follows each area, as it does in the kernel.
    this.#next += BigInt(this.sizeOf(added) + this.#pageBytes);
    this.#areas.set(added.address, added);
    return added;
  }

  remove(area: VmArea): void {
    this.#areas.delete(area.address);
    this.#gone.set(area.address, area);
  }

  /** The area that begins at `address`. */
  at(address: bigint): VmArea | undefined {
    return this.#areas.get(address);
  }

  /** The area that `address` is in. */
  around(address: bigint): VmArea | undefined {
    return this.#find(this.#areas, address);
  }

  /** The area that was there. */
  goneAround(address: bigint): VmArea | undefined {
    return this.#find(this.#gone, address);
  }

  /** In bytes. */
  sizeOf({ blocks, order }: Pick<VmArea, 'blocks' | 'order'>): number {
    return blocks.length * 2 ** order * this.#pageBytes;
  }

  /** Physical address of the byte at `offset` of an area. */
  physicalAt({ blocks, order }: VmArea, offset: number): number {
    const blockBytes = 2 ** order * this.#pageBytes;
    const index = Math.floor(offset / blockBytes);
    return (blocks[index] as number) * this.#pageBytes + (offset - index * blockBytes);
  }

  /** True for every address that this kernel's areas may have. */
  isInside(address: bigint): boolean {
    return address >= this.#start && address < this.#start + AREA_STRIDE;
  }

  #find(areas: ReadonlyMap<bigint, VmArea>, address: bigint): VmArea | undefined {
    if (!this.isInside(address)) return undefined;
    for (const area of areas.values())
      if (area.address <= address && address < area.address + BigInt(this.sizeOf(area)))
        return area;
    return undefined;
  }
}
