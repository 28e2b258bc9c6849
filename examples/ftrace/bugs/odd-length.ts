// Deliberate bug: the length of the last range is forgotten, so that `mem` is not an array of
// struct kho_mem any more. The kernel ignores all of it, and so does this driver when it reads.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';
import { rangesOf, serializeRings } from '../ftrace.ts';

export { init, record } from '../ftrace.ts';

export function serialize(k: Kernel, fdt: Fdt): number {
  return serializeRings(k, fdt, (ring) => {
    const mem = k.khoMem(rangesOf(k, ring));
    return k.fdtProperty(fdt, 'mem', mem.subarray(0, mem.length - 8));
  });
}
