// kho_preserve_vmalloc() and kho_unpreserve_vmalloc(): an area as a chain of preserved chunks that
// list its blocks.
import {
  entriesInPage,
  hexText,
  KHO_VMALLOC,
  KHO_VMALLOC_CHUNK,
  readStruct,
  writeStruct,
} from '../../../kho/index.ts';
import type { VmArea } from '../../kernel/vmalloc.ts';
import { EINVAL, ENOMEM, EOPNOTSUPP } from './errors.ts';
import type { PreserveKind } from './preservations.ts';
import type { Preserver } from './preserve.ts';
import { type CalledBy, type Context, findingAt, hasDefect, KHO } from './state.ts';
import { readU64, type TakePage, writeU64 } from './tracker.ts';

/** KHO_VMALLOC_ALLOC and KHO_VMALLOC_HUGE_VMAP. */
const FLAG_ALLOC = 1;
const FLAG_HUGE = 2;

/** One chunk, read from memory. */
export interface VmallocChunk {
  readonly address: number;
  readonly blocks: readonly number[];
  /** Nothing behind the last entry says that it is the last. */
  readonly isFull: boolean;
}

/** The chunks of a preservation, as they are in memory; each is read when it is asked for. */
export function* chunksOf({ kernel }: Context, first: number): Generator<VmallocChunk> {
  const { pageBytes } = kernel.machine;
  const perChunk = entriesInPage(KHO_VMALLOC_CHUNK, 'u64', pageBytes);
  let address = first;
  const seen = new Set<number>();
  const isChunk = (): boolean =>
    address % pageBytes === 0 && kernel.isRam({ start: address, end: address + pageBytes });
  // The kernel would follow anything; what is no chunk is the end here.
  while (address !== 0 && isChunk() && !seen.has(address)) {
    seen.add(address);
    const blocks: number[] = [];
    for (let i = 0; i < perChunk; i++) {
      const phys = readU64(kernel, address + KHO_VMALLOC_CHUNK.sizeBytes + i * 8);
      if (phys === 0) break;
      blocks.push(phys);
    }
    // What is done to the chunk may free it.
    const next = readU64(kernel, address);
    yield { address, blocks, isFull: blocks.length === perChunk };
    address = next;
  }
}

/** The bytes of a struct kho_vmalloc, as drivers pass them. */
export function readPreservation(
  { kernel }: Context,
  bytes: Uint8Array,
): { first: number; totalPages: number; flags: number; order: number } {
  const { first, total_pages, flags, order } = readStruct(
    KHO_VMALLOC,
    bytes,
    0,
    kernel.machine.byteOrder,
  );
  return {
    first: Number(first),
    totalPages: Number(total_pages),
    flags: Number(flags),
    order: Number(order),
  };
}

export class VmallocPreserver {
  readonly #context: Context;
  readonly #preserver: Preserver;
  readonly #takePage: TakePage;

  constructor(context: Context, preserver: Preserver, takePage: TakePage) {
    this.#context = context;
    this.#preserver = preserver;
    this.#takePage = takePage;
  }

  /** The bytes of the struct kho_vmalloc, or a negated error. */
  preserve(address: bigint, by: CalledBy, kind: PreserveKind = 'vmalloc'): Uint8Array | number {
    const { kernel, release } = this.#context;
    const area = kernel.vmalloc.around(address);
    if (area === undefined || area.kind === 'map') {
      this.#reportArea(address, area, by);
      return area === undefined ? -EINVAL : -EOPNOTSUPP;
    }
    const chunks: number[] = [];
    const first = this.#newChunk(chunks, kind, by);
    if (first === undefined) return -ENOMEM;
    const error = this.#fillChunks(area, chunks, kind, by);
    if (error === 0)
      return this.#struct(first, {
        total_pages: BigInt(area.blocks.length * 2 ** area.order),
        flags: BigInt(area.kind === 'alloc-huge' ? FLAG_ALLOC | FLAG_HUGE : FLAG_ALLOC),
        order: BigInt(area.order),
      });
    this.#giveUp(first, hasDefect(this.#context, 'vmalloc-order-unset') ? 0 : area.order);
    // Until 412a32f0e53f the error of a later chunk was lost, and 0 returned.
    const isLost = error === -ENOMEM && release.preserve.losesVmallocErrors;
    return isLost ? this.#struct(first, {}) : error;
  }

  unpreserve(bytes: Uint8Array, by: CalledBy): void {
    const { kernel } = this.#context;
    const { first, order } = readPreservation(this.#context, bytes);
    const isPart = hasDefect(this.#context, 'vmalloc-blocks-unpreserved-partly');
    // What the chunk was has other contents by now; the kernel would follow and free those.
    if (first !== 0 && this.#preserver.isUnpreservedAgain(kernel.pfnOf(first), by)) return;
    if (first !== 0 && this.#preserver.isOfKernelBefore(kernel.pfnOf(first), by)) {
      for (const { address, blocks } of chunksOf(this.#context, first))
        for (const each of [address, ...blocks]) kernel.handedOverAt?.(kernel.pfnOf(each));
      return;
    }
    for (const { address, blocks } of chunksOf(this.#context, first)) {
      const chunk = kernel.pfnOf(address);
      this.#preserver.unpreserveRange(chunk, chunk + 1, by);
      for (const block of blocks) {
        const pfn = kernel.pfnOf(block);
        if (!kernel.isRam({ start: block, end: block + 1 })) continue;
        this.#preserver.unpreserveRange(pfn, pfn + (isPart ? 1 : 2 ** order), by);
      }
      kernel.freePages(address, 0, KHO);
    }
  }

  #fillChunks(area: VmArea, chunks: number[], kind: PreserveKind, by: CalledBy): number {
    const { kernel } = this.#context;
    const perChunk = entriesInPage(KHO_VMALLOC_CHUNK, 'u64', kernel.machine.pageBytes);
    let index = 0;
    for (const pfn of area.blocks) {
      const end = pfn + 2 ** area.order;
      const error = this.#preserver.preserveRange(pfn, end, kind, by);
      if (error !== 0) return error;
      const chunk = chunks.at(-1) as number;
      writeU64(kernel, chunk + KHO_VMALLOC_CHUNK.sizeBytes + index * 8, kernel.addressOf(pfn));
      index += 1;
      // A chunk that is full always gets a successor, be it empty.
      if (index < perChunk) continue;
      if (this.#newChunk(chunks, kind, by) === undefined) return -ENOMEM;
      index = 0;
    }
    return 0;
  }

  #newChunk(chunks: number[], kind: PreserveKind, by: CalledBy): number | undefined {
    const { kernel } = this.#context;
    const page = this.#takePage();
    if (page === undefined) return undefined;
    const pfn = kernel.pfnOf(page);
    if (this.#preserver.preserveRange(pfn, pfn + 1, kind, by) !== 0) {
      kernel.freePages(page, 0, KHO);
      return undefined;
    }
    const before = chunks.at(-1);
    if (before !== undefined) writeU64(kernel, before, page);
    chunks.push(page);
    return page;
  }

  /**
   * The error path: kho_unpreserve_vmalloc() of a struct whose order may not be assigned yet, so
   * that every block is taken for one of a single page. Larger ones stay preserved.
   */
  #giveUp(first: number, order: number): void {
    const { kernel } = this.#context;
    const quiet: CalledBy = { call: 'khoPreserveVmalloc', caller: KHO };
    for (const { address, blocks } of chunksOf(this.#context, first)) {
      const chunk = { pfn: kernel.pfnOf(address), order: 0 };
      const listed = blocks.flatMap((block) => {
        const pfn = kernel.pfnOf(block);
        return [...this.#preserver.blocksOf(pfn, pfn + 2 ** order)];
      });
      for (const each of [chunk, ...listed])
        if (this.#preserver.known.at(each.pfn, each.order) !== undefined)
          this.#preserver.unpreserveBlock(each.pfn, each.order, quiet);
      kernel.freePages(address, 0, KHO);
    }
  }

  #struct(first: number, rest: Readonly<Record<string, bigint>>): Uint8Array {
    const value = { first: BigInt(first), ...rest };
    return writeStruct(KHO_VMALLOC, value, this.#context.kernel.machine.byteOrder);
  }

  #reportArea(address: bigint, area: VmArea | undefined, { call, caller }: CalledBy): void {
    findingAt(this.#context.kernel, caller, {
      rule: 'preserve-kind',
      severity: 'error',
      message:
        area === undefined
          ? `${call}() of ${hexText(address)}, where no vmalloc area is`
          : `${call}() of an area that was mapped with vmap(): its pages are not its own`,
      help: 'only what vmalloc() gave can be preserved like that; other memory by its pages',
      related: area?.site === undefined ? [] : [{ message: 'mapped here', site: area.site }],
    });
  }
}
