// Gives back more than it preserved, in a kernel that does not put up with it.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const pages = k.getFreePages('GFP_KERNEL', 4);
  k.khoPreservePages(pages, 8);
  k.khoUnpreservePages(pages, 16);
  k.freePages(pages, 4);
  return 0;
}
