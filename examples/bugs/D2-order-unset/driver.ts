// Memory ends with the second chunk. What the driver is told is true; what is preserved is not.
import type { Kernel } from '../../../simulator/driver-api.ts';

const BLOCKS = 4;
const CHUNK = 511;

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const area = k.vmallocHuge(BLOCKS * 512 * k.pageSize);
  const rest = takeAllButPages(k, 5);
  const preservation = k.khoPreserveVmalloc(area);
  for (const [order, block] of rest) k.freePages(block, order);
  if (typeof preservation !== 'number') k.khoUnpreserveVmalloc(preservation);
  k.vfree(area);
  return 0;
}

/** All memory but some pages; blocks with their orders. */
function takeAllButPages(k: Kernel, count: number): [number, bigint][] {
  const taken: [number, bigint][] = [];
  for (let order = 10; order >= 0; order--)
    for (;;) {
      const block = k.getFreePages('GFP_KERNEL', order);
      if (block === 0n) break;
      taken.push([order, block]);
    }
  for (let i = 0; i < count; i++) {
    const last = taken.pop();
    if (last !== undefined) k.freePages(last[1], last[0]);
  }
  return taken;
}
