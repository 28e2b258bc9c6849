// Gives back what it preserved.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const pages = k.getFreePages('GFP_KERNEL', 4);
  k.khoPreservePages(pages, 8);
  k.khoUnpreservePages(pages, 8);
  k.freePages(pages, 4);
  return 0;
}
