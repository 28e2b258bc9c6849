// What the kernel before left: found in setup_arch(), reserved before the page allocator starts.
// Models kho_populate(), kho_memory_init_early() and kho_memory_init() of
// kernel/liveupdate/kexec_handover.c.
import {
  fdtCheckHeader,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtSubnodeOffset,
  fdtTotalsize,
  getUint,
  nodesOf,
  readFdt,
} from '../../../fdt/index.ts';
import { hexText, KHO_SCRATCH, type Release, readStruct } from '../../../kho/index.ts';
import type { IncomingBlob } from '../../kernel/kernel.ts';
import { type Range, RangeSet } from '../../machine/range-set.ts';
import type { Handoff } from '../boot-data.ts';
import { EINVAL, ENOENT } from './errors.ts';
import { readMap } from './read-map.ts';
import { SetAside } from './set-aside.ts';
import { type Context, hasDefect } from './state.ts';

/** An FDT of the seed's kernels may be this large; from 6.16 on it is a page. */
const MAX_FDT_BYTES: number = 16 << 20;
/** Two for the machine, one for each node; a kernel that is told of more is told nonsense. */
const MAX_SCRATCH_REGIONS = 1024;
/** KHO_SCRATCH_EXT_BLKSIZE. */
const EXTENSION_BYTES = 2 ** 30;

/** Where a subtree is, as kho_retrieve_subtree() says. */
export interface RetrievedSubtree {
  readonly phys: number;
  /** Absent where a blob's own header says. */
  readonly sizeBytes?: number;
}

export class Incoming {
  readonly #context: Context;
  readonly #handoff: Handoff;
  /** The row of the kernel that handed over, for findings alone. */
  readonly #writer: Release | undefined;
  /** The root FDT, once it was accepted. */
  blob: Uint8Array | undefined;
  /** Where the map is; 0 if nothing is preserved. */
  #map = 0;
  readonly memory: SetAside;
  #blobs: readonly IncomingBlob[] | undefined;
  /** Why the kernel cannot go on. */
  panic: string | undefined;

  constructor(context: Context, handoff: Handoff, writer: Release | undefined) {
    this.#context = context;
    this.#handoff = handoff;
    this.#writer = writer;
    this.memory = new SetAside();
  }

  get fdtAddress(): number {
    return this.#handoff.fdt.start;
  }

  /** kho_populate(): true if there is an FDT, and then only scratch may be allocated from. */
  populate(): boolean {
    const { kernel, release } = this.#context;
    const { fdt } = this.#handoff;
    const blob = this.#readFdt();
    const where = hexText(fdt.start);
    const header = fdtCheckHeader(blob);
    if (header !== 0) {
      kernel.print(`KHO: setup: handover FDT (${where}) is invalid: ${header}`);
      return this.#refuse('its FDT is damaged, or was never finished', -EINVAL);
    }
    const compatible = fdtNodeCheckCompatible(blob, 0, release.rootCompatible);
    if (compatible !== 0) {
      const wanted = `'${release.rootCompatible}': ${compatible}`;
      kernel.print(`KHO: setup: handover FDT (${where}) is incompatible with ${wanted}`);
      return this.#refuse(`its root is not compatible with \`${release.rootCompatible}\``, -EINVAL);
    }
    const map = this.#mapAddress(blob);
    if (map === undefined) {
      kernel.print('KHO: failed to get preserved memory map');
      if (refusesNoMap(release)) return this.#refuse('it has no map of preserved memory', -ENOENT);
    } else if (map === 0 && refusesNoMap(release))
      return this.#refuse('its map of preserved memory was never written', -ENOENT);
    const scratch = this.#readScratch();
    if (scratch === undefined) return false;
    this.#takeScratch(scratch);
    this.#map = map ?? 0;
    this.blob = blob;
    kernel.print('KHO: found kexec handover data.');
    kernel.recorder.event('kho_populate', { fdt: where, scratch: scratch.length });
    this.#reportMisread();
    return true;
  }

  /** kho_extend_scratch() of 7.3: blocks of 1 GiB without anything preserved are scratch, too. */
  extendScratch(): void {
    const { kernel, release } = this.#context;
    if (!release.scratch.isExtended || this.blob === undefined) return;
    const busy = new RangeSet();
    const mark = (start: number, bytes: number): void => {
      const first = Math.floor(start / EXTENSION_BYTES) * EXTENSION_BYTES;
      busy.add({ start: first, end: Math.max(first + EXTENSION_BYTES, start + bytes) });
    };
    const { pageBytes } = kernel.machine;
    let isOutside = false;
    readMap(this.#context, this.#map, {
      block: (pfn, order) => mark(kernel.addressOf(pfn), 2 ** order * pageBytes),
      page: (pfn) => {
        isOutside ||= !kernel.machine.ram.has(kernel.addressOf(pfn));
        mark(kernel.addressOf(pfn), pageBytes);
      },
      isOver: () => isOutside,
    });
    for (const range of kernel.memblock.memory.without(busy).ranges)
      kernel.memblock.extendedScratch.add(range);
    const bytes = kernel.memblock.extendedScratch.size;
    kernel.recorder.event('kho_extend_scratch', { bytes: hexText(bytes) });
  }

  /** kho_memory_init(): from here on memory outside scratch may be allocated again. */
  reservePreserved(): void {
    const { kernel } = this.#context;
    const { memblock } = kernel;
    memblock.isScratchOnly = false;
    memblock.extendedScratch.clear();
    let isOutside = false;
    let pages = 0;
    const isWhole = readMap(this.#context, this.#map, {
      block: (pfn, order) => {
        const range = { start: kernel.addressOf(pfn), end: kernel.addressOf(pfn + 2 ** order) };
        if (!kernel.isRam(range)) {
          isOutside = true;
          return;
        }
        memblock.reserved.add(this.#reservedOf(range, order));
        this.memory.add(pfn, order);
        pages += 2 ** order;
      },
      page: (pfn) => {
        isOutside ||= !kernel.machine.ram.has(kernel.addressOf(pfn));
      },
      isOver: () => isOutside,
    });
    if (isOutside || !isWhole) this.#crash('its map names memory that this machine does not have');
    kernel.setAside = this.memory;
    kernel.recorder.event('kho_mem_retrieve', { blocks: this.memory.blockCount, pages });
  }

  /** `1 << (order + PAGE_SHIFT)` is an int until 3a0b8fa2eb36. */
  #reservedOf(range: Range, order: number): Range {
    const { kernel, release } = this.#context;
    const shift = order + Math.log2(kernel.machine.pageBytes);
    const { memoryMap } = release;
    if (memoryMap.kind !== 'radix-tree' || !memoryMap.sizesAreInts || shift < 31) return range;
    // The processor shifts by the lowest five bits; what is negative becomes more than there is.
    const bytes = shift % 32 === 31 ? Number.POSITIVE_INFINITY : 2 ** (shift % 32);
    const end = Math.min(range.start + bytes, kernel.machine.ram.ranges.at(-1)?.end ?? 0);
    const text = (size: number): string => `${hexText(size)} bytes`;
    kernel.recorder.finding({
      rule: 'kernel-bug',
      severity: 'error',
      message:
        `kernel ${kernel.number} reserves ${text(end - range.start)} for a block of ` +
        `${text(range.end - range.start)} at ${hexText(range.start)}: the size is an int`,
      help: 'preserve it in pieces below 2 GiB, or hand over to 7.3, which reserves it all',
      related: [],
    });
    return { start: range.start, end };
  }

  /** kho_retrieve_subtree(): where it is, or a negated error. */
  retrieve(name: string): RetrievedSubtree | number {
    const { kernel, release } = this.#context;
    const { subtrees } = release;
    const { blob } = this;
    if (blob === undefined || subtrees.kind !== 'by-reference') return -ENOENT;
    const offset = fdtSubnodeOffset(blob, 0, name);
    if (offset < 0) return -ENOENT;
    const phys = this.#u64Property(blob, offset, subtrees.addressProperty);
    if (phys === undefined) return -EINVAL;
    if (subtrees.sizeProperty === undefined) return { phys };
    const sizeBytes = this.#u64Property(blob, offset, subtrees.sizeProperty);
    if (sizeBytes !== undefined) return { phys, sizeBytes };
    kernel.print(`KHO: broken KHO subnode '${name}': missing or invalid blob-size property`);
    return -EINVAL;
  }

  /** The blob that has a physical address, where the root FDT says how large blobs are. */
  blobAround(physical: number): IncomingBlob | undefined {
    const { pageBytes } = this.#context.kernel.machine;
    this.#blobs ??= this.#listBlobs();
    return this.#blobs.find(
      ({ start, end }) => start <= physical && physical < Math.ceil(end / pageBytes) * pageBytes,
    );
  }

  #listBlobs(): readonly IncomingBlob[] {
    const tree = this.blob && readFdt(this.blob).value;
    const blobs: IncomingBlob[] = [];
    for (const { path } of tree === undefined ? [] : nodesOf(tree.root)) {
      const name = path.slice(1);
      const found = this.retrieve(name);
      if (typeof found === 'number' || found.sizeBytes === undefined) continue;
      blobs.push({ name, start: found.phys, end: found.phys + found.sizeBytes });
    }
    return blobs;
  }

  #u64Property(blob: Uint8Array, offset: number, name: string): number | undefined {
    const value = fdtGetprop(blob, offset, name);
    if (typeof value === 'number' || value.length !== 8) return undefined;
    return Number(getUint(value, 0, 64, this.#context.kernel.machine.byteOrder));
  }

  #readFdt(): Uint8Array {
    const { memory } = this.#context.kernel.machine;
    const { start } = this.#handoff.fdt;
    const header = memory.read(start, 40);
    const size = fdtTotalsize(header);
    return size > 40 && size <= MAX_FDT_BYTES ? memory.read(start, size) : header;
  }

  /** Undefined if there is no such property, or it is no u64. */
  #mapAddress(blob: Uint8Array): number | undefined {
    return this.#u64Property(blob, 0, this.#context.release.memoryMap.property);
  }

  /** The array that boot data points to; undefined, with a panic, if it is no such thing. */
  #readScratch(): readonly Range[] | undefined {
    const { kernel } = this.#context;
    const { start, end } = this.#handoff.scratch;
    const size = KHO_SCRATCH.sizeBytes;
    const count = Math.floor((end - start) / size);
    const regions: Range[] = [];
    for (let i = 0; i < Math.min(count, MAX_SCRATCH_REGIONS + 1); i++) {
      const bytes = kernel.machine.memory.read(start + i * size, size);
      const { addr, size: length } = readStruct(KHO_SCRATCH, bytes, 0, kernel.machine.byteOrder);
      regions.push({ start: Number(addr), end: Number(addr + length) });
    }
    if (count > 0 && count <= MAX_SCRATCH_REGIONS && regions.every((each) => kernel.isRam(each)))
      return regions;
    this.#crash('it takes what is no list of scratch regions for one');
    return undefined;
  }

  #takeScratch(regions: readonly Range[]): void {
    const { kernel } = this.#context;
    for (const region of regions) kernel.memblock.scratch.add(region);
    const { architecture } = kernel.machine;
    // efi_init() of arm64 makes the list of memory anew, without marks, unless it knows of KHO.
    if (architecture === 'arm64' && hasDefect(this.#context, 'efi-forgets-scratch'))
      kernel.memblock.scratch.clear();
    kernel.memblock.reserved.add(this.#handoff.scratch);
    kernel.memblock.isScratchOnly = true;
    kernel.scratch = regions;
  }

  /** Nothing says how large the pages were. */
  #reportOtherPages(): void {
    const { kernel } = this.#context;
    const written = kernel.previous?.machine.pageBytes;
    const { pageBytes } = kernel.machine;
    if (written === undefined || written === pageBytes) return;
    kernel.recorder.finding({
      rule: 'handover-misread',
      severity: 'error',
      message:
        `kernel ${kernel.number} takes what was written with pages of ${written / 1024} KiB as ` +
        `if they had ${pageBytes / 1024} KiB`,
      help: 'both kernels must have pages of the same size: kho compat says so',
      related: [],
    });
  }

  /** What the reader cannot notice: the size of bitmaps is in no field. */
  #reportMisread(): void {
    const { kernel, release } = this.#context;
    this.#reportOtherPages();
    const [from, to] = [this.#writer?.memoryMap, release.memoryMap];
    if (from?.kind !== 'bitmaps' || to.kind !== 'bitmaps') return;
    if (from.bitmapBytes === to.bitmapBytes) return;
    kernel.recorder.finding({
      rule: 'handover-misread',
      severity: 'error',
      message:
        `${release.title} reads the bitmaps of ${this.#writer?.title} as if they were ` +
        `${to.bitmapBytes === 'page' ? 'a page' : `${to.bitmapBytes} bytes`} each`,
      help: 'both call their root kho-v1, and no field says how large a bitmap is',
      related: [],
    });
  }

  #refuse(why: string, error: number): false {
    const { kernel, release } = this.#context;
    const code = release.saysRefusalError ? `: ${error}` : '';
    kernel.print(`KHO: disabling KHO revival${code}`);
    kernel.recorder.finding({
      rule: 'handover-refused',
      severity: 'error',
      message: `kernel ${kernel.number} does not take what was handed over: ${why}`,
      help: 'it boots as if nothing had been handed over; all preserved memory is lost',
      related: [],
    });
    return false;
  }

  #crash(what: string): void {
    const { kernel } = this.#context;
    this.panic = `takes what was handed over for something else: ${what}`;
    kernel.print('Kernel panic - not syncing: what was handed over makes no sense');
    kernel.recorder.finding({
      rule: 'handover-misread',
      severity: 'error',
      message: `kernel ${kernel.number} ${this.panic}`,
      help: 'kho compat says which kernels understand each other',
      related: [],
    });
  }
}

/** Whether a root FDT without a map is refused at once (53f8f064eba3). */
function refusesNoMap({ memoryMap }: Release): boolean {
  return memoryMap.kind === 'radix-tree' || (memoryMap.kind === 'bitmaps' && memoryMap.isRequired);
}
