// Deliberate bug: a second path restores what the first has restored already. The kernel warns once
// and returns NULL, which is used without a look.
import type { Kernel } from '../../../simulator/driver-api.ts';

export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree('state');
  if (typeof found === 'number') {
    const blob = k.khoAllocPreserve(8);
    k.writeU64(blob, 42n);
    return k.khoAddSubtree('state', blob, 8);
  }
  const blob = k.khoRestoreFolio(found.phys);
  const again = k.khoRestoreFolio(found.phys);
  k.prInfo(`the answer is ${k.readU64(blob)}, or ${k.readU64(again)}`);
  return 0;
}
