// One of them preserves it.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return takeBack(k);
  const page = k.folioAlloc('GFP_KERNEL', 0);
  const blob = k.khoAllocPreserve(8);
  k.writeU64(blob, k.pa(page));
  k.khoPreserveFolio(page);
  return k.khoAddSubtree('page', blob, 8);
}

function takeBack(k: Kernel): number {
  const found = k.khoRetrieveSubtree('page');
  if (typeof found === 'number') return found;
  const page = k.khoRestoreFolio(k.readU64(k.va(found.phys)));
  if (page !== 0n) k.folioPut(page);
  k.khoRestoreFree(k.va(found.phys));
  return 0;
}
