// Deliberate bug: the address is written as 32 bits, and the binding says 64. It is found where the
// property is written, before any kernel reads it.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('page');
  if (typeof found !== 'number') {
    const fdt = k.va(found.phys);
    if (k.fdtNodeCheckCompatible(fdt, 0, 'page-v1') !== 0) return -22;
    const [page] = k.toU32(k.fdtGetprop(fdt, 0, 'page') ?? new Uint8Array());
    k.khoRestoreFree(k.va(BigInt(page ?? 0)));
    k.khoRestoreFree(fdt);
    return 0;
  }
  const page = k.khoAllocPreserve(k.pageSize);
  const fdt = k.khoAllocPreserve(k.pageSize);
  let err = k.fdtCreate(fdt, k.pageSize);
  err ||= k.fdtBeginNode(fdt, '');
  err ||= k.fdtProperty(fdt, 'compatible', 'page-v1');
  err ||= k.fdtProperty(fdt, 'page', k.u32(Number(k.pa(page))));
  err ||= k.fdtEndNode(fdt);
  err ||= k.fdtFinish(fdt);
  return err || k.khoAddSubtree('page', fdt, k.fdtTotalsize(fdt));
}
