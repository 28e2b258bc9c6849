// What mm/memblock.c asks of the engine where it is a driver: what memory there is, and that what
// it reserved be its own. Its part in early boot is the engine's.

import type { Caller, Kernel } from '../kernel/kernel.ts';
import { RESERVE_MEM_OWNER } from '../kernel/memblock.ts';
import type { Range } from '../machine/range-set.ts';
import type { ApiValue } from '../runtime.ts';
import { argumentsOf, sizeArgument } from './arguments.ts';
import { rangesAsBytes } from './range-bytes.ts';

type Answerer = (args: readonly ApiValue[], caller: Caller, kernel: Kernel) => ApiValue;

const bytesOf = (ranges: readonly Range[], { machine }: Kernel): Uint8Array =>
  rangesAsBytes(ranges, machine.byteOrder);

export const MEMBLOCK_CALLS: Readonly<Record<string, Answerer>> = {
  memblockMemory: (_args, _caller, kernel) => bytesOf(kernel.machine.ram.ranges, kernel),
  /** Without a kernel before, scratch memory is taken by now, as it is not when parameters are. */
  memblockReserved(_args, _caller, kernel) {
    const { reserved, scratch } = kernel.memblock;
    const early = kernel.previous === undefined ? scratch.ranges : [];
    return bytesOf([...reserved.ranges, ...early], kernel);
  },
  memblockScratch(_args, _caller, kernel) {
    const isHandedOver = kernel.previous !== undefined;
    return bytesOf(isHandedOver ? kernel.memblock.scratch.ranges : [], kernel);
  },
  memblockTake(args, _caller, kernel) {
    const [phys] = argumentsOf(args, 'virt');
    const start = Number(phys);
    const end = start + sizeArgument(args, 1, Number.MAX_SAFE_INTEGER);
    kernel.reserveEarly({ start, end }, RESERVE_MEM_OWNER);
    return undefined;
  },
};

/** Whether a driver is the kernel's memblock, which then reads `reserve_mem=` itself. */
export function isMemblock({ path }: { readonly path: string }): boolean {
  return path === 'memblock.c' || path.endsWith('/memblock.c');
}
