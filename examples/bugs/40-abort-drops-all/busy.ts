// Is busy the first time, and says so.
import type { Kernel, KhoSerialization } from '../../../simulator/driver-api.ts';

let isBusy = true;

export function init(k: Kernel): number {
  return k.registerKhoNotifier(finalize);
}

export function finalize(_k: Kernel, event: string, _ser: KhoSerialization | null): number {
  if (event !== 'KEXEC_KHO_FINALIZE' || !isBusy) return 0;
  isBusy = false;
  return -16;
}
