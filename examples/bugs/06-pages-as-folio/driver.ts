// Pages that are no folio come back and are freed one by one.
import type { Kernel } from '../../../simulator/driver-api.ts';

const COUNT = 4;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('pages');
  if (typeof found !== 'number') return takeBack(k, found.phys);
  const pages = k.getFreePages('GFP_KERNEL', 2);
  const blob = k.khoAllocPreserve(8);
  k.writeU64(blob, k.pa(pages));
  return k.khoPreservePages(pages, COUNT) || k.khoAddSubtree('pages', blob, 8);
}

function takeBack(k: Kernel, phys: bigint): number {
  const pages = k.khoRestorePages(k.readU64(k.va(phys)), COUNT);
  if (pages === 0n) return -5;
  for (let i = 0; i < COUNT; i++) k.freePages(pages + BigInt(i * k.pageSize), 0);
  k.khoRestoreFree(k.va(phys));
  return 0;
}
