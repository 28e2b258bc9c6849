// A length that was changed on the way: the last pages do not fit any more.
import type { Kernel } from '../../../simulator/driver-api.ts';

const PAGES = 600;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('area');
  if (typeof found !== 'number') return takeBack(k, found.phys);
  const area = k.vmalloc(PAGES * k.pageSize);
  const preservation = k.khoPreserveVmalloc(area);
  if (typeof preservation === 'number') return preservation;
  const blob = k.khoAllocPreserve(preservation.length);
  k.write(blob, preservation);
  return k.khoAddSubtree('area', blob, preservation.length);
}

function takeBack(k: Kernel, phys: bigint): number {
  const preservation = k.read(k.va(phys), 16);
  preservation[8] = 1;
  preservation[9] = 0;
  const area = k.khoRestoreVmalloc(preservation);
  if (area !== 0n) k.vfree(area);
  k.khoRestoreFree(k.va(phys));
  return 0;
}
