// An area of huge pages comes back and is freed.
import type { Kernel } from '../../../simulator/driver-api.ts';

const PAGES = 1024;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('area');
  return typeof found === 'number' ? handOver(k) : takeBack(k, found.phys);
}

function handOver(k: Kernel): number {
  const area = k.vmallocHuge(PAGES * k.pageSize);
  const preservation = k.khoPreserveVmalloc(area);
  if (typeof preservation === 'number') return preservation;
  const blob = k.khoAllocPreserve(preservation.length);
  k.write(blob, preservation);
  return k.khoAddSubtree('area', blob, preservation.length);
}

function takeBack(k: Kernel, phys: bigint): number {
  const area = k.khoRestoreVmalloc(k.read(k.va(phys), 16));
  if (area === 0n) return -5;
  k.vfree(area);
  k.khoRestoreFree(k.va(phys));
  return 0;
}
