// First the size, then the version, then values, byte by byte.
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

function takeBack(k: Kernel, phys: bigint, size: number): number {
  const blob = k.va(phys);
  if (size < 12 || k.readU32(blob) !== 1) return -22;
  const [self] = k.toU64(k.read(blob + 4n, 8));
  k.khoRestoreFree(blob);
  return self === phys ? 0 : -22;
}
