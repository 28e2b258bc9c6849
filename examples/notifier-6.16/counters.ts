// Counters that outlive the kernel, as a driver of Linux 6.16 keeps them: it is called when user
// space finalizes, preserves its folio and adds its FDT then, and nothing may be preserved after.
import type { Kernel, KhoEvent, KhoSerialization, Virt } from '../../simulator/driver-api.ts';

const NAME = 'counters';
const COMPATIBLE = 'counters-v1';
const COUNTERS = 8;

/** The counters, and the FDT that says where they are. */
let counters: Virt = 0n;
let fdt: Virt = 0n;

/** The initcall: the counters of the kernel before, or fresh ones. */
export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree(NAME);
  const error = typeof found === 'number' ? begin(k) : takeOver(k, found.phys);
  if (error !== 0 || !k.khoIsEnabled()) return error;
  fdt = k.folioAlloc('GFP_KERNEL', 0);
  const err = fdt === 0n ? -12 : k.registerKhoNotifier(handOver);
  if (err !== 0) {
    if (fdt !== 0n) k.folioPut(fdt);
    k.folioPut(counters);
  }
  return err;
}

/** What the chain calls, in the order in which drivers registered. */
export function handOver(k: Kernel, event: KhoEvent, ser: KhoSerialization | null): number {
  // An abort has unpreserved everything already.
  if (event === 'KEXEC_KHO_ABORT' || ser === null) return 0;
  let err = k.khoPreserveFolio(counters) || k.khoPreserveFolio(fdt);
  err ||= k.fdtCreate(fdt, k.pageSize);
  err ||= k.fdtBeginNode(fdt, '');
  err ||= k.fdtProperty(fdt, 'compatible', COMPATIBLE);
  err ||= k.fdtProperty(fdt, 'page', k.u64(k.pa(counters)));
  err ||= k.fdtProperty(fdt, 'page-size', k.u64(BigInt(k.pageSize)));
  err ||= k.fdtEndNode(fdt);
  err ||= k.fdtFinish(fdt);
  return err || k.khoAddSubtree(ser, NAME, fdt);
}

/** The workload. */
export function count(k: Kernel, times: number): void {
  for (let i = 0; i < COUNTERS; i++) {
    const counter = counters + BigInt(i * 8);
    k.writeU64(counter, k.readU64(counter) + BigInt(times * (i + 1)));
  }
}

/** 0 if every counter was counted that often. */
export function verify(k: Kernel, times: number): number {
  for (let i = 0; i < COUNTERS; i++)
    if (k.readU64(counters + BigInt(i * 8)) !== BigInt(times * (i + 1))) return -5;
  k.prInfo(`${COUNTERS} counters are as they were`);
  return 0;
}

function begin(k: Kernel): number {
  counters = k.folioAlloc('GFP_KERNEL', 0);
  if (counters === 0n) return -12;
  k.write(counters, new Uint8Array(k.pageSize));
  return 0;
}

function takeOver(k: Kernel, phys: bigint): number {
  const old = k.va(phys);
  if (k.fdtNodeCheckCompatible(old, 0, COMPATIBLE) !== 0) return -22;
  const [page] = k.toU64(k.fdtGetprop(old, 0, 'page') ?? new Uint8Array());
  if (page === undefined) return -22;
  counters = k.khoRestoreFolio(page);
  const tree = k.khoRestoreFolio(phys);
  if (tree !== 0n) k.folioPut(tree);
  return counters === 0n ? -5 : 0;
}
