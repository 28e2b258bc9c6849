// Where there is no KHO there is nothing to do.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (!k.khoIsEnabled()) return 0;
  const blob = k.khoAllocPreserve(8);
  if (k.isErr(blob)) return k.ptrErr(blob);
  return k.khoAddSubtree('state', blob, 8);
}
