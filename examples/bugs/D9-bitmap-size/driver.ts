// Hands one page over.
import type { Kernel, KhoSerialization } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('state');
  return typeof found === 'number' ? k.registerKhoNotifier(finalize) : takeBack(k, found.phys);
}

export function finalize(k: Kernel, event: string, ser: KhoSerialization | null): number {
  if (event !== 'KEXEC_KHO_FINALIZE' || ser === null) return 0;
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  k.writeU64(blob, 42n);
  return k.khoPreserveFolio(blob) || k.khoAddSubtree(ser, 'state', blob);
}

function takeBack(k: Kernel, phys: bigint): number {
  const folio = k.khoRestoreFolio(phys);
  if (folio !== 0n) k.folioPut(folio);
  return 0;
}
