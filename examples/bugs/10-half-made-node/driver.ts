// One subtree after the other, until the page is full.
import type { Kernel } from '../../../simulator/driver-api.ts';

/** Names as many blobs as there is room for, and looks at what the kernel says of one too many. */
export function init(k: Kernel): number {
  if (k.isKhoBoot()) return takeBack(k);
  for (let i = 0; i < 200; i++) {
    const blob = k.khoAllocPreserve(k.pageSize);
    k.fdtCreate(blob, k.pageSize);
    k.fdtBeginNode(blob, '');
    k.fdtProperty(blob, 'compatible', 'counter-v1');
    k.fdtEndNode(blob);
    k.fdtFinish(blob);
    const error = k.khoAddSubtree(`counter-${i}`, blob);
    if (error === 0) continue;
    k.khoUnpreserveFree(blob);
    break;
  }
  return 0;
}

function takeBack(k: Kernel): number {
  for (let i = 0; i < 200; i++) {
    const found = k.khoRetrieveSubtree(`counter-${i}`);
    if (typeof found === 'number') return 0;
    k.khoRestoreFree(k.va(found.phys));
  }
  return 0;
}
