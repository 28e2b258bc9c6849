// Pages in two NUMA nodes come back as they were preserved, in one call.
import type { Kernel } from '../../../simulator/driver-api.ts';

const ORDER = 10;
const PAGES = 2 << ORDER;
const BOUNDARY = 68n << 20n;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('pages');
  if (typeof found !== 'number') return takeBack(k, found.phys);
  const half = BigInt(k.pageSize << ORDER);
  const pages = k.va(BOUNDARY - half);
  takeBlocks(k, [pages, pages + half]);
  const blob = k.khoAllocPreserve(8);
  k.writeU64(blob, k.pa(pages));
  const error = k.khoPreservePages(pages, PAGES);
  if (error !== 0) return error;
  return k.khoAddSubtree('pages', blob, 8);
}

function takeBack(k: Kernel, phys: bigint): number {
  const pages = k.readU64(k.va(phys));
  k.khoRestorePages(pages, PAGES);
  k.khoRestoreFree(k.va(phys));
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
