// Tells the number of a page frame where the next kernel expects an address.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('folio');
  if (typeof found !== 'number') return takeBack(k, found.phys);
  const folio = k.folioAlloc('GFP_KERNEL', 0);
  const error = k.khoPreserveFolio(folio);
  if (error !== 0) return error;
  const blob = k.khoAllocPreserve(8);
  if (k.isErr(blob)) return k.ptrErr(blob);
  k.writeU64(blob, k.pa(folio) >> 12n);
  return k.khoAddSubtree('folio', blob, 8);
}

function takeBack(k: Kernel, blob: bigint): number {
  const phys = k.readU64(k.va(blob));
  k.khoRestoreFree(k.va(blob));
  const folio = k.khoRestoreFolio(phys);
  if (folio !== 0n) k.folioPut(folio);
  return 0;
}
