// A folio of four pages is handed over and freed in the next kernel, as every driver may do.
import type { Kernel, KhoSerialization } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('ring');
  if (typeof found === 'number') return k.registerKhoNotifier(finalize);
  const ring = k.khoRestoreFolio(k.readU64(k.va(found.phys)));
  k.folioPut(ring);
  k.folioPut(k.khoRestoreFolio(found.phys));
  return 0;
}

export function finalize(k: Kernel, event: string, ser: KhoSerialization | null): number {
  if (event !== 'KEXEC_KHO_FINALIZE' || ser === null) return 0;
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  const ring = k.folioAlloc('GFP_KERNEL', 2);
  k.writeU64(blob, k.pa(ring));
  return k.khoPreserveFolio(ring) || k.khoPreserveFolio(blob) || k.khoAddSubtree(ser, 'ring', blob);
}
