// Deliberate bug: the last page of every ring is left out of `mem`, and the next kernel goes by an
// address that it was told on another way.
import type { Fdt, Kernel } from '../../../simulator/driver-api.ts';
import { deserializeRings, rangesOf, rings, serializeRings } from '../ftrace.ts';

export { init, record } from '../ftrace.ts';

/** A property of the driver's own, beside those that KHO knows. */
const LAST_PAGES = 'last-pages';

export function serialize(k: Kernel, fdt: Fdt): number {
  return serializeRings(k, fdt, (ring) => {
    const listed = rangesOf(k, ring).slice(0, -2);
    const last = ring.at(-1)?.page ?? 0n;
    return (
      k.fdtProperty(fdt, 'mem', k.khoMem(listed)) ||
      k.fdtProperty(fdt, LAST_PAGES, k.u64(k.pa(last)))
    );
  });
}

export function deserialize(k: Kernel, fdt: Fdt): number {
  deserializeRings(k, fdt, (descriptor, page) => {
    const address = k.khoClaimMem(page);
    k.khoReturnMem(descriptor);
    return address;
  });
  for (const cpu of rings.keys()) {
    const node = k.fdtPathOffset(fdt, `/ftrace/global-trace/cpu${cpu}`);
    const [last = 0n] = k.toU64(k.fdtGetprop(fdt, node, LAST_PAGES) ?? new Uint8Array());
    // Nobody kept this page: another part of the kernel may be using it.
    k.read(k.va(last), k.pageSize);
  }
  return 0;
}
