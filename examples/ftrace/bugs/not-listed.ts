// Deliberate bug: the last page of every ring is left out of `mem`. Its address still reaches the
// next kernel, in a field of the first descriptor, and is followed there.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';
import { deserializeRings, rangesOf, serializeRings } from '../ftrace.ts';

export { init, record } from '../ftrace.ts';

/** Of a field of struct buffer_page that nothing else uses. */
const LAST_PAGE_OFFSET = 24n;

export function serialize(k: Kernel, fdt: Fdt): number {
  return serializeRings(k, fdt, (ring) => {
    const descriptor = ring[0]?.descriptor ?? 0n;
    k.writeU64(descriptor + LAST_PAGE_OFFSET, k.pa(ring.at(-1)?.page ?? 0n));
    return k.fdtProperty(fdt, 'mem', k.khoMem(rangesOf(k, ring).slice(0, -2)));
  });
}

export function deserialize(k: Kernel, fdt: Fdt): void {
  deserializeRings(k, fdt, (descriptor, page) => {
    const last = k.readU64(k.va(descriptor.addr) + LAST_PAGE_OFFSET);
    // Nobody kept that page: by now another part of the kernel may be using it.
    if (last !== 0n) k.read(k.va(last), k.pageSize);
    const address = k.khoClaimMem(page);
    k.khoReturnMem(descriptor);
    return address;
  });
}
