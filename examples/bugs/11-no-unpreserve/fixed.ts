// The step that fails undoes those before it, last first.
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
    k.khoUnpreserveFolio(ring);
    k.folioPut(ring);
    return 0;
  }
  error = k.khoAddSubtree('ring', index, 8);
  return error;
}
