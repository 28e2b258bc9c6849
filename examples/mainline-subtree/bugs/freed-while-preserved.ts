// Deliberate bug: the error path frees the folio and forgets to unpreserve it, so that whoever gets
// the page next is handed over in its place.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  if (k.isKhoBoot()) return 0;
  const folio = k.folioAlloc('GFP_KERNEL', 0);
  const err = k.khoPreserveFolio(folio);
  if (err !== 0) return err;
  // The device does not answer.
  k.folioPut(folio);
  return 0;
}
