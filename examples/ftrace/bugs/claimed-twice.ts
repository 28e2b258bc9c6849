// Deliberate bug: every page is claimed a second time, as if the first time had not worked.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';
import { deserializeRings } from '../ftrace.ts';

export { init, record, serialize } from '../ftrace.ts';

export function deserialize(k: Kernel, fdt: Fdt): void {
  deserializeRings(k, fdt, (descriptor, page) => {
    k.khoClaimMem(page);
    k.khoReturnMem(descriptor);
    return k.khoClaimMem(page);
  });
}
