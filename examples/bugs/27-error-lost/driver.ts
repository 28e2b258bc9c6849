// Memory ends while the area is preserved; the driver looks at what it is told.
import type { Kernel } from '../../../simulator/driver-api.ts';

const PAGES = 1500;

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return takeBack(k);
  const area = k.vmalloc(PAGES * k.pageSize);
  const fdt = k.folioAlloc('GFP_KERNEL', 0);
  // Room for the first of three chunks, and for no other.
  const rest = takeAllButPages(k, 3);
  const preservation = k.khoPreserveVmalloc(area);
  for (const [order, block] of rest) k.freePages(block, order);
  if (typeof preservation === 'number') {
    k.vfree(area);
    k.folioPut(fdt);
    return 0;
  }
  k.write(fdt, preservation);
  return k.khoPreserveFolio(fdt) || k.khoAddSubtree('area', fdt);
}

function takeBack(k: Kernel): number {
  const found = k.khoRetrieveSubtree('area');
  if (typeof found === 'number') return 0;
  const area = k.khoRestoreVmalloc(k.read(k.va(found.phys), 16));
  if (area !== 0n) k.vfree(area);
  k.folioPut(k.khoRestoreFolio(found.phys));
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
