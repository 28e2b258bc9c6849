// Files in memory without a name, with the pages that they have. Models what mm/memfd.c and
// mm/shmem.c do of it, folios of one page alone.
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, type GfpRequest } from './gfp.ts';
import type { Caller, Kernel } from './kernel.ts';

/** F_SEAL_* of include/uapi/linux/fcntl.h. */
export const SEALS: Readonly<Record<string, number>> = {
  F_SEAL_SEAL: 1,
  F_SEAL_SHRINK: 2,
  F_SEAL_GROW: 4,
  F_SEAL_WRITE: 8,
  F_SEAL_FUTURE_WRITE: 0x10,
  F_SEAL_EXEC: 0x20,
};

export const MEMFD_OWNER: Caller = { driver: 'memfd' };
const EPERM = 1;
const ENOMEM = 12;

export class Memfd {
  readonly #kernel: Kernel;
  /** Page frames by index in the file; what is not there is a hole. */
  readonly folios: Map<number, number> = new Map();
  /** Those that fallocate() made and nobody has used yet: what is in them is anything. */
  readonly #stale = new Set<number>();
  /** Those that nobody has written: the kernel may drop them when memory gets short. */
  readonly #clean = new Set<number>();
  /** Folios that the file system has counted. */
  accounted = 0;
  /** In bytes. */
  size: number;
  seals: number;
  position = 0;
  /** Size and holes stay as they are: shmem_freeze(). */
  isFrozen = false;

  constructor(kernel: Kernel, size: number, seals: number) {
    this.#kernel = kernel;
    this.size = size;
    this.seals = seals;
  }

  get pageCount(): number {
    return Math.ceil(this.size / this.#kernel.machine.pageBytes);
  }

  /** pwrite(): how many bytes, or a negated error. */
  write(at: number, bytes: Uint8Array): number {
    const end = at + bytes.length;
    const isGrowing = end > this.size;
    const { F_SEAL_WRITE = 0, F_SEAL_FUTURE_WRITE = 0, F_SEAL_GROW = 0 } = SEALS;
    if ((this.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0) return -EPERM;
    if (isGrowing && (this.isFrozen || (this.seals & F_SEAL_GROW) !== 0)) return -EPERM;
    const { pageBytes, memory } = this.#kernel.machine;
    for (let offset = 0; offset < bytes.length; ) {
      const inPage = (at + offset) % pageBytes;
      const count = Math.min(pageBytes - inPage, bytes.length - offset);
      const pfn = this.#folioFor(Math.floor((at + offset) / pageBytes), GFP_HIGHUSER_MOVABLE);
      if (pfn === undefined) return offset > 0 ? offset : -ENOMEM;
      const address = this.#kernel.addressOf(pfn) + inPage;
      this.#settle(Math.floor((at + offset) / pageBytes), pfn);
      memory.write(address, bytes.subarray(offset, offset + count));
      offset += count;
      this.size = Math.max(this.size, at + offset);
    }
    return bytes.length;
  }

  /** pread(): as many bytes as there are; holes are zeros. */
  read(at: number, lengthBytes: number): Uint8Array {
    const { pageBytes, memory } = this.#kernel.machine;
    const bytes = new Uint8Array(Math.max(0, Math.min(lengthBytes, this.size - at)));
    for (let offset = 0; offset < bytes.length; ) {
      const inPage = (at + offset) % pageBytes;
      const count = Math.min(pageBytes - inPage, bytes.length - offset);
      const index = Math.floor((at + offset) / pageBytes);
      const pfn = this.#stale.has(index) ? undefined : this.folios.get(index);
      if (pfn !== undefined)
        bytes.set(memory.read(this.#kernel.addressOf(pfn) + inPage, count), offset);
      offset += count;
    }
    return bytes;
  }

  /**
   * memfd_pin_folios(): every page is there afterwards, and none in scratch, which is CMA. Page
   * frames in order, or undefined without memory.
   */
  pin(): number[] | undefined {
    const pfns: number[] = [];
    for (let index = 0; index < this.pageCount; index++) {
      const pfn = this.#folioFor(index, GFP_KERNEL);
      const pinned = pfn === undefined ? undefined : this.#outsideScratch(index, pfn);
      if (pinned === undefined) return undefined;
      pfns.push(pinned);
    }
    return pfns;
  }

  /** fallocate(): folios whose content is not there yet; 0 or a negated error. */
  allocate(at: number, sizeBytes: number): number {
    if (this.isFrozen) return -EPERM;
    const { pageBytes } = this.#kernel.machine;
    for (let index = Math.floor(at / pageBytes); index * pageBytes < at + sizeBytes; index++) {
      if (this.folios.has(index)) continue;
      if (this.#folioFor(index, GFP_HIGHUSER_MOVABLE) === undefined) return -ENOMEM;
      this.#stale.add(index);
    }
    this.size = Math.max(this.size, at + sizeBytes);
    return 0;
  }

  /** Whether a folio is uptodate, and whether it is dirty. */
  flagsOf(index: number): { readonly isUptodate: boolean; readonly isDirty: boolean } {
    return { isUptodate: !this.#stale.has(index), isDirty: !this.#clean.has(index) };
  }

  /** A folio of the kernel before becomes one of the file. */
  put(index: number, pfn: number, flags: ReturnType<Memfd['flagsOf']>): void {
    this.folios.set(index, pfn);
    if (!flags.isUptodate) this.#stale.add(index);
    if (!flags.isDirty) this.#clean.add(index);
  }

  /** Makes every folio uptodate: those without content are zeros from here on. */
  fillStale(): void {
    const { memory, pageBytes } = this.#kernel.machine;
    for (const index of this.#stale)
      memory.fill(this.#kernel.addressOf(this.folios.get(index) ?? 0), pageBytes, 0);
    this.#stale.clear();
  }

  /** Memory gets short: what is clean is dropped, as if it could be read again. */
  reclaim(): void {
    if (this.isFrozen) return;
    for (const index of this.#clean) {
      const pfn = this.folios.get(index);
      if (pfn !== undefined) this.#kernel.putFolio(this.#kernel.addressOf(pfn), MEMFD_OWNER);
      this.folios.delete(index);
      this.#stale.delete(index);
    }
    this.#clean.clear();
  }

  #settle(index: number, pfn: number): void {
    const { memory, pageBytes } = this.#kernel.machine;
    if (this.#stale.delete(index)) memory.fill(this.#kernel.addressOf(pfn), pageBytes, 0);
    this.#clean.delete(index);
  }

  /** The last reference is gone. */
  free(): void {
    for (const pfn of this.folios.values())
      this.#kernel.putFolio(this.#kernel.addressOf(pfn), MEMFD_OWNER);
    this.folios.clear();
  }

  #folioFor(index: number, gfp: GfpRequest): number | undefined {
    const known = this.folios.get(index);
    if (known !== undefined) return known;
    const address = this.#kernel.allocatePages(0, gfp, MEMFD_OWNER, 'folio');
    if (address === undefined) return undefined;
    this.#kernel.machine.memory.fill(address, this.#kernel.machine.pageBytes, 0);
    const pfn = this.#kernel.pfnOf(address);
    this.folios.set(index, pfn);
    this.accounted += 1;
    this.#clean.add(index);
    if (gfp.mobility === 'movable')
      this.#kernel.movable.add(pfn, (to) => void this.folios.set(index, to));
    return pfn;
  }

  #outsideScratch(index: number, pfn: number): number | undefined {
    const { memory, pageBytes } = this.#kernel.machine;
    const from = this.#kernel.addressOf(pfn);
    if (!this.#kernel.scratch.some(({ start, end }) => start <= from && from < end)) return pfn;
    const to = this.#kernel.allocatePages(0, GFP_KERNEL, MEMFD_OWNER, 'folio');
    if (to === undefined) return undefined;
    memory.write(to, memory.read(from, pageBytes));
    this.#kernel.putFolio(from, MEMFD_OWNER);
    this.folios.set(index, this.#kernel.pfnOf(to));
    return this.#kernel.pfnOf(to);
  }
}
