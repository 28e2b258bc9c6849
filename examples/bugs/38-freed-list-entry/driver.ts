// A name with a slash is a node and no file. Then the subtree is taken away again.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const blob = k.khoAllocPreserve(8);
  const error = k.khoAddSubtree('disk/0', blob, 8);
  if (error === 0) k.khoRemoveSubtree(blob);
  k.khoUnpreserveFree(blob);
  return error;
}
