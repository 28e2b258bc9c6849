// One folio of a page.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('state');
  if (typeof found === 'number') {
    const blob = k.khoAllocPreserve(8);
    k.writeU64(blob, 42n);
    return k.khoAddSubtree('state', blob, 8);
  }
  k.khoRestoreFree(k.va(found.phys));
  return 0;
}
