// Copies what folios hold: the loop ends at the first failure, and nobody hears of it.
import type { Kernel } from '../../../simulator/driver-api.ts';

const COUNT = 4n;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('folios');
  if (typeof found !== 'number') return copyAll(k, k.va(found.phys));
  const list = k.khoAllocPreserve(64);
  if (k.isErr(list)) return k.ptrErr(list);
  for (let i = 0n; i < COUNT; i++) {
    const folio = k.folioAlloc('GFP_KERNEL', 0);
    const error = k.khoPreserveFolio(folio);
    if (error !== 0) return error;
    k.writeU64(list + 8n * i, k.pa(folio));
  }
  return k.khoAddSubtree('folios', list, 64);
}

function copyAll(k: Kernel, list: bigint): number {
  let error = 0;
  for (let i = 0n; i < COUNT; i++) {
    const copy = k.kzalloc(64, 'GFP_KERNEL');
    if (copy === 0n) break;
    const folio = k.khoRestoreFolio(k.readU64(list + 8n * i));
    if (folio === 0n) error = -5;
    else k.write(copy, k.read(folio, 64));
    k.folioPut(folio);
  }
  k.khoRestoreFree(list);
  return error;
}
