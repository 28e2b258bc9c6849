// The tracer's ring buffers, carried over a kexec: what the ftrace patches of
// <20240117144704.602-1-graf@amazon.com> do, on a ring of this file's own. The first kernel fills
// the buffers; the second takes them over and checks every byte.
import type { Fdt, Gfp, Kernel, KhoMem, Virt } from '../../simulator/driver-api.ts';

const CPUS = 2;
const PAGES_PER_CPU = 4;
/** sizeof(struct buffer_page), and where in it the ring keeps how much of the page is filled. */
export const BUFFER_PAGE_BYTES = 0x38;
const WRITE_OFFSET = 16n;
const PAGE_OFFSET = 48n;
const TRACE_FLAGS = 0x3354601;
/** Fingerprint and type number of every event; the next kernel numbers its events alike. */
const EVENTS = [1, 1, 2, 2, 3, 3];

/** One page of a ring and the struct buffer_page that describes it. */
export interface RingPage {
  readonly descriptor: Virt;
  page: Virt;
}

/** The ring of every CPU. Gone with the kernel: the next one finds its pages through the FDT. */
export const rings: RingPage[][] = [];

export function init(k: Kernel): number {
  return allocateRings(k, 'GFP_KERNEL');
}

/** The workload: fills every page with bytes that verify() knows. */
export function record(k: Kernel): void {
  for (const [cpu, ring] of rings.entries())
    for (const [index, { descriptor, page }] of ring.entries()) {
      k.write(page, contents(k, cpu, index));
      k.writeU64(descriptor + WRITE_OFFSET, BigInt(k.pageSize));
      // A pointer of this kernel, as the real struct has one. The next kernel must not follow it.
      k.writeU64(descriptor + PAGE_OFFSET, page);
    }
}

/** KEXEC_KHO_DUMP. */
export function serialize(k: Kernel, fdt: Fdt): number {
  return serializeRings(k, fdt, (ring) => k.fdtProperty(fdt, 'mem', k.khoMem(rangesOf(k, ring))));
}

/** On a KHO boot: puts the old pages where the new ones were. */
export function deserialize(k: Kernel, fdt: Fdt): number {
  const ftrace = k.fdtPathOffset(fdt, '/ftrace');
  if (k.fdtNodeCheckCompatible(fdt, ftrace, 'ftrace-v1') !== 0) return 0;
  deserializeRings(k, fdt, (descriptor, page) => {
    const address = k.khoClaimMem(page);
    // The descriptor was read and shares its page with others: it is not needed any more.
    k.khoReturnMem(descriptor);
    return address;
  });
  return verify(k);
}

export function allocateRings(k: Kernel, gfp: Gfp): number {
  for (let cpu = 0; cpu < CPUS; cpu++) {
    const ring: RingPage[] = [];
    for (let index = 0; index < PAGES_PER_CPU; index++) {
      const descriptor = k.kzalloc(BUFFER_PAGE_BYTES, 'GFP_KERNEL');
      const page = k.getFreePages(gfp, 0);
      if (descriptor === 0n || page === 0n) {
        k.kfree(descriptor);
        if (page !== 0n) k.freePages(page, 0);
        for (const each of [...rings.flat(), ...ring]) freeRingPage(k, each);
        return -12;
      }
      ring.push({ descriptor, page });
    }
    rings.push(ring);
  }
  return 0;
}

function freeRingPage(k: Kernel, { descriptor, page }: RingPage): void {
  k.freePages(page, 0);
  k.kfree(descriptor);
}

/** What the next kernel must find: for every page its descriptor, then the page itself. */
export function rangesOf(k: Kernel, ring: readonly RingPage[]): KhoMem[] {
  return ring.flatMap(({ descriptor, page }) => [
    { addr: k.pa(descriptor), len: BigInt(BUFFER_PAGE_BYTES) },
    { addr: k.pa(page), len: BigInt(k.pageSize) },
  ]);
}

/** Writes the node of the tracer; `writeMem` writes the `mem` of one CPU. */
export function serializeRings(
  k: Kernel,
  fdt: Fdt,
  writeMem: (ring: readonly RingPage[]) => number,
): number {
  let err = k.fdtBeginNode(fdt, 'ftrace');
  err ||= k.fdtProperty(fdt, 'compatible', 'ftrace-v1');
  err ||= k.fdtProperty(fdt, 'events', k.u32(...EVENTS));
  err ||= k.fdtBeginNode(fdt, 'global-trace');
  err ||= k.fdtProperty(fdt, 'compatible', 'ftrace,array-v1');
  err ||= k.fdtProperty(fdt, 'trace-flags', k.u32(TRACE_FLAGS));
  for (const [cpu, ring] of rings.entries()) {
    err ||= k.fdtBeginNode(fdt, `cpu${cpu.toString(16)}`);
    err ||= k.fdtProperty(fdt, 'compatible', 'ftrace,cpu-v1');
    err ||= k.fdtProperty(fdt, 'cpu', k.u32(cpu));
    err ||= writeMem(ring);
    err ||= k.fdtEndNode(fdt);
  }
  err ||= k.fdtEndNode(fdt);
  return err || k.fdtEndNode(fdt);
}

/** Reads the node of the tracer; `take` makes one page of the old kernel this kernel's own. */
export function deserializeRings(
  k: Kernel,
  fdt: Fdt,
  take: (descriptor: KhoMem, page: KhoMem) => Virt,
): void {
  const array = k.fdtPathOffset(fdt, '/ftrace/global-trace');
  if (k.fdtNodeCheckCompatible(fdt, array, 'ftrace,array-v1') !== 0) return;
  for (const [cpu, ring] of rings.entries()) {
    const node = k.fdtSubnodeOffset(fdt, array, `cpu${cpu.toString(16)}`);
    if (node < 0 || k.fdtNodeCheckCompatible(fdt, node, 'ftrace,cpu-v1') !== 0) continue;
    const mem = k.toKhoMem(k.fdtGetprop(fdt, node, 'mem') ?? new Uint8Array());
    for (const [index, ringPage] of ring.entries()) {
      const [descriptor, page] = mem.slice(index * 2, index * 2 + 2);
      if (descriptor === undefined || page === undefined) continue;
      const filled = k.readU64(k.va(descriptor.addr) + WRITE_OFFSET);
      k.freePages(ringPage.page, 0);
      ringPage.page = take(descriptor, page);
      k.writeU64(ringPage.descriptor + WRITE_OFFSET, filled);
    }
  }
}

/** 0 if every ring holds what record() wrote in the kernel before. */
export function verify(k: Kernel): number {
  for (const [cpu, ring] of rings.entries())
    for (const [index, { page }] of ring.entries()) {
      const found = k.read(page, k.pageSize);
      const wrong = contents(k, cpu, index).findIndex((byte, offset) => found[offset] !== byte);
      if (wrong < 0) continue;
      k.prErr(`cpu${cpu} page ${index} differs at byte ${wrong}`);
      return -5;
    }
  k.prInfo(`${CPUS * PAGES_PER_CPU} pages of ${CPUS} CPUs are as they were`);
  return 0;
}

function contents(k: Kernel, cpu: number, index: number): Uint8Array {
  return Uint8Array.from({ length: k.pageSize }, (_, offset) => offset * 7 + cpu * 31 + index * 13);
}
