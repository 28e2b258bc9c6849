// The first folio far up in memory needs new nodes of the tree, and there is room for one.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const area = k.vmallocHuge(512 * k.pageSize);
  const folio = k.folioAlloc('GFP_KERNEL', 5);
  const rest = takeAllButPages(k, 1);
  const error = k.khoPreserveFolio(folio);
  for (const [order, block] of rest) k.freePages(block, order);
  k.vfree(area);
  if (error === 0) return -22;
  if (k.khoPreserveFolio(folio) !== 0) return -12;
  k.khoUnpreserveFolio(folio);
  k.folioPut(folio);
  return 0;
}

/** All memory but some pages; blocks with their orders. */
function takeAllButPages(k: Kernel, count: number): [number, bigint][] {
  const taken: [number, bigint][] = [];
  for (let order = 10; order >= 0; order--)
    for (;;) {
      const block = k.getFreePages('GFP_KERNEL', order);
      if (block === 0n) break;
      taken.push([order, block]);
    }
  for (let i = 0; i < count; i++) {
    const last = taken.pop();
    if (last !== undefined) k.freePages(last[1], last[0]);
  }
  return taken;
}
