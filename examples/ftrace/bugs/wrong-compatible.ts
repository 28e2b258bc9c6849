// Deliberate bug: the driver of the second kernel knows only the next version of the layout.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';
import { deserialize as deserializeV1 } from '../ftrace.ts';

export { init, record, serialize } from '../ftrace.ts';

export function deserialize(k: Kernel, fdt: Fdt): number {
  const ftrace = k.fdtPathOffset(fdt, '/ftrace');
  if (k.fdtNodeCheckCompatible(fdt, ftrace, 'ftrace-v2') !== 0) return 0;
  return deserializeV1(k, fdt);
}
