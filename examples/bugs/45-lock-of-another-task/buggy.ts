// Who writes 0 is another task than who wrote 1, and nobody may ever write 0.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';

export function serialize(k: Kernel, fdt: Fdt): number {
  k.mutexLock('trace_types_lock');
  const error =
    k.fdtBeginNode(fdt, 'tracer') ||
    k.fdtProperty(fdt, 'compatible', 'tracer-v1') ||
    k.fdtEndNode(fdt);
  return error;
}

export function abort(k: Kernel): void {
  k.mutexUnlock('trace_types_lock');
}
