// The same for kernels without notifiers.
import type { Kernel } from '../../../simulator/driver-api.ts';

const NAME = 'log';
let log = 0n;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree(NAME);
  if (typeof found !== 'number') return takeBack(k, found.phys);
  log = k.folioAlloc('GFP_KERNEL', 1);
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  k.writeU64(blob, k.pa(log));
  return k.khoPreserveFolio(log) || k.khoPreserveFolio(blob) || k.khoAddSubtree(NAME, blob);
}

function takeBack(k: Kernel, phys: bigint): number {
  const folio = k.khoRestoreFolio(k.readU64(k.va(phys)));
  if (folio !== 0n) k.folioPut(folio);
  k.folioPut(k.khoRestoreFolio(phys));
  return 0;
}
