// What a process asks of the engine that has shared memory files of its own: memory for their
// pages, and whether what the kernel may refuse is refused, which it only is by an injected fault.
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL, type GfpRequest } from '../kernel/gfp.ts';
import type { Caller, Kernel } from '../kernel/kernel.ts';
import { MEMFD_OWNER } from '../kernel/memfd.ts';
import type { ApiValue } from '../runtime.ts';
import { bytesArgument, sizeArgument } from './arguments.ts';
import { addressesAsBytes, addressesFrom, rangesAsBytes } from './range-bytes.ts';

type Answerer = (args: readonly ApiValue[], caller: Caller, kernel: Kernel) => ApiValue;

const NULL = 0n;
/** Of one call. */
const MAX_FOLIOS = 4096;
const isAllowed: Answerer = () => 0;

export const SHMEM_CALLS: Readonly<Record<string, Answerer>> = {
  memfdAllocFile: isAllowed,
  memCgroupCharge: isAllowed,
  shmemAddToPageCache: isAllowed,
  shmemInodeAcctBlocks: isAllowed,
  /** Physical addresses of pages of a file, or NULL if there are not as many. */
  shmemAllocFolios(args, _caller, kernel) {
    const gfp = args[1] === 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE;
    const pages = allocate(sizeArgument(args, 0, MAX_FOLIOS), gfp, kernel);
    return pages === undefined ? NULL : addressesAsBytes(pages, kernel.machine.byteOrder);
  },
  /** Other pages, outside of scratch, for those at these addresses, which hold the same. */
  shmemMoveFolios(args, _caller, kernel) {
    const { memory, byteOrder, pageBytes } = kernel.machine;
    const from = addressesFrom(bytesArgument(args, 0), byteOrder);
    const to = allocate(from.length, GFP_KERNEL, kernel);
    if (to === undefined) return NULL;
    for (const [i, address] of to.entries()) {
      const old = from[i] ?? 0;
      memory.write(address, memory.read(old, pageBytes));
      kernel.putFolio(old, MEMFD_OWNER);
    }
    return addressesAsBytes(to, byteOrder);
  },
  scratchRanges: (_args, _caller, { scratch, machine }) =>
    rangesAsBytes(scratch, machine.byteOrder),
};

/** Pages that belong to user space, whatever a driver does with them: all, or none. */
function allocate(count: number, gfp: GfpRequest, kernel: Kernel): number[] | undefined {
  const pages: number[] = [];
  while (pages.length < count) {
    const address = kernel.allocatePages(0, gfp, MEMFD_OWNER, 'folio');
    if (address === undefined) {
      for (const each of pages) kernel.putFolio(each, MEMFD_OWNER);
      return undefined;
    }
    // What the process keeps of the page says where it is.
    kernel.movable.remove(kernel.pfnOf(address));
    pages.push(address);
  }
  return pages;
}
