// Deliberate bug: the descriptors were read and are then forgotten. Their pages stay reserved for
// as long as the machine runs, and the next kexec loses what else is in them.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';
import { deserializeRings, verify } from '../ftrace.ts';

export { init, record, serialize } from '../ftrace.ts';

export function deserialize(k: Kernel, fdt: Fdt): number {
  deserializeRings(k, fdt, (_descriptor, page) => k.khoClaimMem(page));
  return verify(k);
}
