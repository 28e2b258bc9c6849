// Without KHO the root FDT is NULL, and this follows it.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  return k.khoAddSubtree('state', blob, 8);
}
