// As lib/test_kho.c: the list of folios is freed, and they are not.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const folios: bigint[] = [];
  for (let i = 0; i < 4; i++) folios.push(k.folioAlloc('GFP_KERNEL', i % 2));
  for (const folio of folios) {
    const error = k.khoPreserveFolio(folio);
    if (error !== 0) return error;
  }
  for (const folio of folios) {
    k.khoUnpreserveFolio(folio);
    k.folioPut(folio);
  }
  return 0;
}
