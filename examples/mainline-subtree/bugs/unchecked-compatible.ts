// Deliberate bug: the next kernel believes that it finds the FDT in the form that it writes itself,
// as any other version would have it in another.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('page');
  if (typeof found !== 'number') {
    const fdt = k.va(found.phys);
    const [page] = k.toU64(k.fdtGetprop(fdt, 0, 'page') ?? new Uint8Array());
    k.khoRestoreFree(k.va(page ?? 0n));
    k.khoRestoreFree(fdt);
    return 0;
  }
  const page = k.khoAllocPreserve(k.pageSize);
  const fdt = k.khoAllocPreserve(k.pageSize);
  let err = k.fdtCreate(fdt, k.pageSize);
  err ||= k.fdtBeginNode(fdt, '');
  err ||= k.fdtProperty(fdt, 'compatible', 'page-v1');
  err ||= k.fdtProperty(fdt, 'page', k.u64(k.pa(page)));
  err ||= k.fdtEndNode(fdt);
  err ||= k.fdtFinish(fdt);
  return err || k.khoAddSubtree('page', fdt, k.fdtTotalsize(fdt));
}
