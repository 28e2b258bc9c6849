// Memory ends with the second chunk, and the driver does what it should: it frees the area.
import type { Kernel } from '../../../simulator/driver-api.ts';

const CHUNK = 511;

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const area = k.vmallocHuge(CHUNK * 512 * k.pageSize);
  // Once while there is memory, so that the tree needs no more of it.
  const first = k.khoPreserveVmalloc(area);
  if (typeof first === 'number') return first;
  k.khoUnpreserveVmalloc(first);
  const rest = takeAllButPages(k, 1);
  const second = k.khoPreserveVmalloc(area);
  for (const [order, block] of rest) k.freePages(block, order);
  if (typeof second !== 'number') k.khoUnpreserveVmalloc(second);
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
