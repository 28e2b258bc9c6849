// What comes from the kernel before is taken for what this one would have written.
import type { Kernel } from '../../../simulator/driver-api.ts';

const SIZE = 24;

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('state');
  if (typeof found !== 'number') return takeBack(k, found.phys, found.size ?? 0);
  // A version of four bytes, and a value of eight behind it.
  const blob = k.khoAllocPreserve(SIZE);
  k.writeU32(blob, 1);
  k.write(blob + 4n, k.u64(k.pa(blob)));
  return k.khoAddSubtree('state', blob, 12);
}

function takeBack(k: Kernel, phys: bigint, _size: number): number {
  const blob = k.va(phys);
  const self = k.readU64(blob + 4n);
  const flags = k.readU64(blob + 16n);
  k.khoRestoreFree(blob);
  return self === phys && flags !== 1n ? 0 : -22;
}
