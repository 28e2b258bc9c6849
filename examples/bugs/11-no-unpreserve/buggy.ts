// More than MAX_PAGE_ORDER is not to be had; the folio before it was preserved, and stays.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const ring = k.folioAlloc('GFP_KERNEL', 2);
  let error = k.khoPreserveFolio(ring);
  if (error !== 0) {
    k.folioPut(ring);
    return error;
  }
  const index = k.khoAllocPreserve(k.pageSize << 11);
  if (k.isErr(index)) {
    return k.ptrErr(index);
  }
  error = k.khoAddSubtree('ring', index, 8);
  return error;
}
