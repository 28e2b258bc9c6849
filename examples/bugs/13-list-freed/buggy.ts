// As __free(kvfree) did in lib/test_kho.c: the list is preserved, and gone.
import type { Kernel } from '../../../simulator/driver-api.ts';

const COUNT = 512;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('folios');
  if (typeof found !== 'number') return takeBack(k, found.phys);
  const list = k.vmalloc(8 * COUNT);
  for (let i = 0; i < COUNT; i++) {
    const folio = k.folioAlloc('GFP_KERNEL', 0);
    k.writeU64(list + BigInt(8 * i), k.pa(folio));
    const error = k.khoPreserveFolio(folio);
    if (error !== 0) return error;
  }
  const preservation = k.khoPreserveVmalloc(list);
  if (typeof preservation === 'number') return preservation;
  const blob = k.khoAllocPreserve(preservation.length);
  k.write(blob, preservation);
  k.vfree(list);
  return k.khoAddSubtree('folios', blob, preservation.length);
}

function takeBack(k: Kernel, phys: bigint): number {
  const list = k.khoRestoreVmalloc(k.read(k.va(phys), 16));
  if (list === 0n) return -5;
  for (let i = 0; i < COUNT; i++) {
    const folio = k.khoRestoreFolio(k.readU64(list + BigInt(8 * i)));
    if (folio !== 0n) k.folioPut(folio);
  }
  k.vfree(list);
  k.khoRestoreFree(k.va(phys));
  return 0;
}
