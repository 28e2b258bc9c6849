// Preserves its log when it starts, and names it when it is asked to.
import type { Kernel, KhoSerialization } from '../../../simulator/driver-api.ts';

const NAME = 'log';
let log = 0n;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree(NAME);
  if (typeof found !== 'number') return takeBack(k, found.phys);
  log = k.folioAlloc('GFP_KERNEL', 1);
  return k.khoPreserveFolio(log) || k.registerKhoNotifier(finalize);
}

function takeBack(k: Kernel, phys: bigint): number {
  const folio = k.khoRestoreFolio(k.readU64(k.va(phys)));
  if (folio !== 0n) k.folioPut(folio);
  k.folioPut(k.khoRestoreFolio(phys));
  return 0;
}

export function finalize(k: Kernel, event: string, ser: KhoSerialization | null): number {
  if (event !== 'KEXEC_KHO_FINALIZE' || ser === null) return 0;
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  k.writeU64(blob, k.pa(log));
  return k.khoPreserveFolio(blob) || k.khoAddSubtree(ser, NAME, blob);
}
