// Deliberate bug: the second kernel takes back the blob and not what it points to, whose memory is
// then lost until the machine is reset.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('state');
  if (typeof found !== 'number') {
    k.khoRestoreFree(k.va(found.phys));
    return 0;
  }
  const folio = k.folioAlloc('GFP_KERNEL', 4);
  const blob = k.khoAllocPreserve(8);
  const err = k.khoPreserveFolio(folio);
  k.writeU64(blob, k.pa(folio));
  return err || k.khoAddSubtree('state', blob, 8);
}
