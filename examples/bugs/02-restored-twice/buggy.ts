// The second restore resets the counts of a folio that has an owner: the kernel knows no better.
import type { Kernel, KhoSerialization } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('state');
  if (typeof found === 'number') return k.registerKhoNotifier(finalize);
  const state = k.khoRestoreFolio(found.phys);
  if (k.readU64(state) !== 42n) return -22;
  return k.khoRestoreFolio(found.phys) === state ? 0 : -5;
}

export function finalize(k: Kernel, event: string, ser: KhoSerialization | null): number {
  if (event !== 'KEXEC_KHO_FINALIZE' || ser === null) return 0;
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  k.writeU64(blob, 42n);
  return k.khoPreserveFolio(blob) || k.khoAddSubtree(ser, 'state', blob);
}
