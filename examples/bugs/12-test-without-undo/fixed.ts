// As lib/test_kho.c does now.
import type { Kernel } from '../../../simulator/driver-api.ts';

const COUNT = 4;

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const folios: bigint[] = [];
  for (let i = 0; i < COUNT; i++) folios.push(k.folioAlloc('GFP_KERNEL', i % 2));
  for (const folio of folios) k.khoPreserveFolio(folio);
  const blob = k.khoAllocPreserve(k.pageSize);
  for (const [i, folio] of folios.entries()) k.writeU64(blob + BigInt(8 * i), k.pa(folio));
  // Somebody has the name already.
  const error = k.khoAddSubtree('kexec-metadata', blob, 8 * COUNT);
  if (error === 0) return 0;
  k.khoUnpreserveFree(blob);
  for (const folio of folios) {
    k.khoUnpreserveFolio(folio);
    k.folioPut(folio);
  }
  return 0;
}
