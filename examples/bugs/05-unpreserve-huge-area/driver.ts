// Gives up handing over an area of huge pages, in the right order: unpreserve, then free.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const area = k.vmallocHuge(2 * 512 * k.pageSize);
  const preservation = k.khoPreserveVmalloc(area);
  if (typeof preservation === 'number') return preservation;
  k.khoUnpreserveVmalloc(preservation);
  k.vfree(area);
  return 0;
}
