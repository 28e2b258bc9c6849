// The last eight bytes of the range are forgotten.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';

let pages = 0n;

export function init(k: Kernel): void {
  pages = k.getFreePages('GFP_KERNEL', 0);
}

export function serialize(k: Kernel, fdt: Fdt): number {
  const mem = k.khoMem([{ addr: k.pa(pages), len: BigInt(k.pageSize) }]);
  return (
    k.fdtBeginNode(fdt, 'tracer') ||
    k.fdtProperty(fdt, 'compatible', 'tracer-v1') ||
    k.fdtProperty(fdt, 'mem', mem.subarray(0, 8)) ||
    k.fdtEndNode(fdt)
  );
}

export function deserialize(k: Kernel, fdt: Fdt): void {
  const [mem] = k.toKhoMem(
    k.fdtGetprop(fdt, k.fdtPathOffset(fdt, '/tracer'), 'mem') ?? new Uint8Array(),
  );
  if (mem !== undefined) k.khoClaimMem(mem);
}
