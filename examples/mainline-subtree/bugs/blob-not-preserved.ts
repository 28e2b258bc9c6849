// Deliberate bug: khoAddSubtree() names a blob and preserves nothing; the page of the blob is gone
// with the jump, and the next kernel reads what is there then.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  k.write(blob, new Uint8Array(k.pageSize));
  return k.khoAddSubtree('state', blob, k.pageSize);
}
