// A range of pages that lies in two NUMA nodes is preserved, and given up again.
import type { Kernel } from '../../../simulator/driver-api.ts';

const BOUNDARY = 68n << 20n;
const ORDER = 10;

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const half = BigInt(k.pageSize << ORDER);
  const pages = k.va(BOUNDARY - half);
  takeBlocks(k, [pages, pages + half]);
  const error = k.khoPreservePages(pages, 2 << ORDER);
  if (error !== 0) return error;
  k.khoUnpreservePages(pages, 2 << ORDER);
  return 0;
}

/** Allocates until it has these blocks, and frees all others. */
function takeBlocks(k: Kernel, wanted: readonly bigint[]): void {
  const taken: bigint[] = [];
  while (!wanted.every((each) => taken.includes(each))) {
    const block = k.getFreePages('GFP_KERNEL', ORDER);
    if (block === 0n) break;
    taken.push(block);
  }
  for (const block of taken) if (!wanted.includes(block)) k.freePages(block, ORDER);
}
