// Whoever has no memory to preserve one folio gives all of them back.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const folios: bigint[] = [];
  for (let i = 0; i < 4; i++) folios.push(k.folioAlloc('GFP_KERNEL', i % 2));
  let preserved = 0;
  for (const folio of folios) {
    if (k.khoPreserveFolio(folio) !== 0) break;
    preserved += 1;
  }
  for (const [i, folio] of folios.entries()) {
    if (i < preserved) k.khoUnpreserveFolio(folio);
    k.folioPut(folio);
  }
  return 0;
}
