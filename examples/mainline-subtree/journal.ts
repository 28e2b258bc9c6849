// A journal that outlives the kernel, as a driver of Linux 7.1 and later keeps one: its ring is a
// folio, its index a vmalloc area, and an FDT that is a subtree says where they are. Nobody has to
// be told that a kexec is near: what is preserved at the jump is handed over.
import type { Kernel, Virt } from '../../simulator/driver-api.ts';

const NAME = 'journal';
const COMPATIBLE = 'journal-v1';
const RING_ORDER = 2;
const INDEX_ENTRIES = 2000;
const LINE_BYTES = 32;

/** Where everything is in this kernel; gone with it. */
let ring: Virt = 0n;
let index: Virt = 0n;
let lines = 0;

/** The initcall: takes over the journal of the kernel before, or begins one. */
export function init(k: Kernel): number {
  if (!k.khoIsEnabled()) return 0;
  const found = k.khoRetrieveSubtree(NAME);
  const error = typeof found === 'number' ? begin(k) : takeOver(k, found.phys, found.size ?? 0);
  if (error !== 0) return error;
  const err = handOver(k);
  if (err !== 0) giveUp(k);
  return err;
}

/** The workload: adds lines, and to the index where each begins. */
export function write(k: Kernel, count: number): void {
  for (let i = 0; i < count; i++) {
    const at = BigInt(lines * LINE_BYTES);
    k.write(ring + at, text(lines));
    k.writeU64(index + BigInt(lines * 8), at);
    lines += 1;
  }
  k.writeU64(index + BigInt((INDEX_ENTRIES - 1) * 8), BigInt(lines));
}

/** 0 if the journal has `count` lines, each as it was written. */
export function verify(k: Kernel, count: number): number {
  if (lines !== count) return -5;
  for (let line = 0; line < lines; line++) {
    const at = k.readU64(index + BigInt(line * 8));
    const found = k.read(ring + at, LINE_BYTES);
    if (text(line).some((byte, offset) => found[offset] !== byte)) return -5;
  }
  k.prInfo(`${count} lines of kernels before are as they were`);
  return 0;
}

function begin(k: Kernel): number {
  ring = k.folioAlloc('GFP_KERNEL', RING_ORDER);
  if (ring === 0n) return -12;
  index = k.vmalloc(INDEX_ENTRIES * 8);
  if (index === 0n) {
    k.folioPut(ring);
    return -12;
  }
  k.writeU64(index + BigInt((INDEX_ENTRIES - 1) * 8), 0n);
  return 0;
}

function takeOver(k: Kernel, phys: bigint, sizeBytes: number): number {
  const fdt = k.va(phys);
  if (sizeBytes === 0 || k.fdtNodeCheckCompatible(fdt, 0, COMPATIBLE) !== 0) return -22;
  const [at] = k.toU64(k.fdtGetprop(fdt, 0, 'ring') ?? new Uint8Array());
  const area = k.fdtGetprop(fdt, 0, 'index');
  if (at === undefined || area === null) return -22;
  ring = k.khoRestoreFolio(at);
  index = k.khoRestoreVmalloc(area);
  // Nobody needs the old tree any more: the next kernel gets one of ours.
  k.khoRestoreFree(fdt);
  if (ring === 0n || index === 0n) {
    giveUp(k);
    return -5;
  }
  lines = Number(k.readU64(index + BigInt((INDEX_ENTRIES - 1) * 8)));
  return 0;
}

/** A driver that does not start keeps nothing. */
function giveUp(k: Kernel): void {
  if (ring !== 0n) k.folioPut(ring);
  k.vfree(index);
}

/** Preserves everything and adds the subtree; if a step fails, undoes those before in turn. */
function handOver(k: Kernel): number {
  let err = k.khoPreserveFolio(ring);
  if (err !== 0) return err;
  const area = k.khoPreserveVmalloc(index);
  if (typeof area === 'number') {
    k.khoUnpreserveFolio(ring);
    return area;
  }
  const fdt = k.khoAllocPreserve(k.pageSize);
  err = k.isErr(fdt) ? k.ptrErr(fdt) : addTree(k, fdt, area);
  if (err !== 0) {
    if (!k.isErr(fdt)) k.khoUnpreserveFree(fdt);
    k.khoUnpreserveVmalloc(area);
    k.khoUnpreserveFolio(ring);
  }
  return err;
}

function addTree(k: Kernel, fdt: Virt, area: Uint8Array): number {
  let err = k.fdtCreate(fdt, k.pageSize);
  err ||= k.fdtBeginNode(fdt, '');
  err ||= k.fdtProperty(fdt, 'compatible', COMPATIBLE);
  err ||= k.fdtProperty(fdt, 'ring', k.u64(k.pa(ring)));
  err ||= k.fdtProperty(fdt, 'ring-size', k.u64(BigInt(k.pageSize << RING_ORDER)));
  err ||= k.fdtProperty(fdt, 'index', area);
  err ||= k.fdtEndNode(fdt);
  err ||= k.fdtFinish(fdt);
  return err || k.khoAddSubtree(NAME, fdt, k.fdtTotalsize(fdt));
}

function text(line: number): Uint8Array {
  return Uint8Array.from({ length: LINE_BYTES }, (_, at) => (line * 31 + at * 7) & 0xff);
}
