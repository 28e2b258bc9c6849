// What a process asks of the engine that has shared memory files of its own: memory for their
// pages, and whether what the kernel may refuse is refused, which it only is by an injected fault.
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../kernel/gfp.ts';
import type { Caller, Kernel } from '../kernel/kernel.ts';
import { MEMFD_OWNER } from '../kernel/memfd.ts';
import type { ApiValue } from '../runtime.ts';
import { rangesAsBytes } from './range-bytes.ts';

type Answerer = (args: readonly ApiValue[], caller: Caller, kernel: Kernel) => ApiValue;

const NULL = 0n;
const isAllowed: Answerer = () => 0;

export const SHMEM_CALLS: Readonly<Record<string, Answerer>> = {
  memfdAllocFile: isAllowed,
  memCgroupCharge: isAllowed,
  shmemAddToPageCache: isAllowed,
  shmemInodeAcctBlocks: isAllowed,
  /** A page of a file belongs to user space, whatever the driver does with it. */
  shmemAllocFolio([isMovable], _caller, kernel) {
    const gfp = isMovable === 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE;
    const address = kernel.allocatePages(0, gfp, MEMFD_OWNER, 'folio');
    // What the process keeps of the page says where it is.
    if (address !== undefined) kernel.movable.remove(kernel.pfnOf(address));
    return address === undefined ? NULL : kernel.directMapBase + BigInt(address);
  },
  scratchRanges: (_args, _caller, { scratch, machine }) =>
    rangesAsBytes(scratch, machine.byteOrder),
};
