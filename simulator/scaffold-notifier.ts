// The driver to begin with for releases in which user space finalizes, and notifiers are called.

export function notifierDriver(name: string): string {
  return `// Keeps one page of counters over a kexec. KHO: Simulate Handover runs it.
import type { Kernel, KhoEvent, KhoSerialization, Phys, Virt } from './kho-driver.d.ts';

const NAME = '${name}';
const COMPATIBLE = '${name}-v1';
const COUNTERS = 4;

/** Where the counters are in this kernel's direct map, and the tree that says so to the next. */
let page: Virt = 0n;
let tree: Virt = 0n;

/** The initcall, on every boot: takes over what there is, or starts afresh. */
export function init(k: Kernel): number {
  const found = k.khoRetrieveSubtree(NAME);
  const err = typeof found === 'number' ? begin(k) : takeOver(k, found.phys);
  if (err !== 0 || !k.khoIsEnabled()) return err;
  tree = k.folioAlloc('GFP_KERNEL', 0);
  const failed = tree === 0n ? -12 : k.registerKhoNotifier(handOver); // ENOMEM
  if (failed !== 0) {
    if (tree !== 0n) k.folioPut(tree);
    k.folioPut(page);
  }
  return failed;
}

/** The notifier. What fails here makes the kernel unpreserve everything. */
export function handOver(k: Kernel, event: KhoEvent, ser: KhoSerialization | null): number {
  if (event === 'KEXEC_KHO_ABORT' || ser === null) return 0;
  let err = k.khoPreserveFolio(page) || k.khoPreserveFolio(tree);
  err ||= k.fdtCreate(tree, k.pageSize);
  err ||= k.fdtBeginNode(tree, '');
  err ||= k.fdtProperty(tree, 'compatible', COMPATIBLE);
  err ||= k.fdtProperty(tree, 'counters', k.u32(COUNTERS));
  err ||= k.fdtProperty(tree, 'page', k.u64(k.pa(page)));
  err ||= k.fdtProperty(tree, 'page-size', k.u64(BigInt(k.pageSize)));
  err ||= k.fdtEndNode(tree);
  err ||= k.fdtFinish(tree);
  return err || k.khoAddSubtree(ser, NAME, tree);
}

/** The workload of the scenario. */
export function count(k: Kernel): void {
  for (let i = 0; i < COUNTERS; i++) {
    const counter = page + BigInt(i * 8);
    k.writeU64(counter, k.readU64(counter) + BigInt(i + 1));
  }
}

/** Of the second kernel: the counters must be what the first kernel's count() made them. */
export function verify(k: Kernel): number {
  for (let i = 0; i < COUNTERS; i++)
    if (k.readU64(page + BigInt(i * 8)) !== BigInt(i + 1)) return -5; // EIO
  k.prInfo(\`\${COUNTERS} counters are as they were\`);
  return 0;
}

function begin(k: Kernel): number {
  page = k.folioAlloc('GFP_KERNEL', 0);
  if (page === 0n) return -12; // ENOMEM
  k.write(page, new Uint8Array(k.pageSize));
  return 0;
}

/** The page that the kernel before preserved; its tree is not needed any more. */
function takeOver(k: Kernel, phys: Phys): number {
  const old = k.va(phys);
  if (k.fdtNodeCheckCompatible(old, 0, COMPATIBLE) !== 0) return -22; // EINVAL
  const [counters] = k.toU32(k.fdtGetprop(old, 0, 'counters') ?? new Uint8Array());
  const [at] = k.toU64(k.fdtGetprop(old, 0, 'page') ?? new Uint8Array());
  if (at === undefined || counters !== COUNTERS) return -22; // EINVAL
  page = k.khoRestoreFolio(at);
  const restored = k.khoRestoreFolio(phys);
  if (restored !== 0n) k.folioPut(restored);
  return page === 0n ? -5 : 0; // EIO
}
`;
}
