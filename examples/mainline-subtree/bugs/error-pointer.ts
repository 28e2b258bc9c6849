// Deliberate bug: khoAllocPreserve() returns an ERR_PTR and never NULL, so a test for NULL lets the
// error through, and freeing it takes the kernel down.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const mem = k.khoAllocPreserve(8 << 20);
  if (mem === 0n) return -12;
  k.khoUnpreserveFree(mem);
  return 0;
}
