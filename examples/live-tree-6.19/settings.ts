// Settings of a device that outlive the kernel, as a driver of Linux 6.19 and 7.0 keeps them: the
// FDT of KHO is there from boot and follows every change, and user space has the map of preserved
// memory written before the jump.
import type { Kernel, Virt } from '../../simulator/driver-api.ts';

const NAME = 'settings';
const COMPATIBLE = 'settings-v1';
const SETTINGS = 16;

/** The settings, each a u32, in a page that is preserved. */
let page: Virt = 0n;

/** The initcall: the settings of the kernel before, or zeros. */
export function init(k: Kernel): number {
  if (!k.khoIsEnabled()) return 0;
  page = k.khoAllocPreserve(k.pageSize);
  if (k.isErr(page)) return k.ptrErr(page);
  const found = k.khoRetrieveSubtree(NAME);
  const error = typeof found === 'number' ? 0 : takeOver(k, found.phys);
  const err = error || handOver(k);
  if (err !== 0) k.khoUnpreserveFree(page);
  return err;
}

/** The workload. What is preserved may change until the jump. */
export function set(k: Kernel, setting: number, value: number): void {
  k.writeU32(page + BigInt(setting * 4), value);
}

/** 0 if a setting has a value. */
export function verify(k: Kernel, setting: number, value: number): number {
  const found = k.readU32(page + BigInt(setting * 4));
  k.prInfo(`setting ${setting} is ${found}`);
  return found === value ? 0 : -5;
}

/** Copies what the kernel before had, and frees its memory. */
function takeOver(k: Kernel, phys: bigint): number {
  const fdt = k.va(phys);
  if (k.fdtNodeCheckCompatible(fdt, 0, COMPATIBLE) !== 0) return -22;
  const [at] = k.toU64(k.fdtGetprop(fdt, 0, 'page') ?? new Uint8Array());
  if (at === undefined) return -22;
  k.write(page, k.read(k.va(at), SETTINGS * 4));
  k.khoRestoreFree(k.va(at));
  k.khoRestoreFree(fdt);
  return 0;
}

function handOver(k: Kernel): number {
  const fdt = k.khoAllocPreserve(k.pageSize);
  if (k.isErr(fdt)) return k.ptrErr(fdt);
  let err = k.fdtCreate(fdt, k.pageSize);
  err ||= k.fdtBeginNode(fdt, '');
  err ||= k.fdtProperty(fdt, 'compatible', COMPATIBLE);
  err ||= k.fdtProperty(fdt, 'page', k.u64(k.pa(page)));
  err ||= k.fdtProperty(fdt, 'page-size', k.u64(BigInt(k.pageSize)));
  err ||= k.fdtEndNode(fdt);
  err ||= k.fdtFinish(fdt);
  err ||= k.khoAddSubtree(NAME, fdt);
  if (err !== 0) k.khoUnpreserveFree(fdt);
  return err;
}
