// The driver to begin with for releases in which a driver hands over a subtree of its own.
import type { Release } from '../kho/index.ts';

/** True if kho_add_subtree() takes the size of the blob. */
function isSized({ subtrees }: Release): boolean {
  return subtrees.kind === 'by-reference' && subtrees.sizeProperty !== undefined;
}

export function subtreeDriver(name: string, release: Release): string {
  const add = isSized(release)
    ? `k.khoAddSubtree('${name}', fdt, k.fdtTotalsize(fdt))`
    : `k.khoAddSubtree('${name}', fdt)`;
  return `// Keeps one page of counters over a kexec. KHO: Simulate Handover runs it.
import type { Kernel, Phys, Virt } from './kho-driver.d.ts';

const COMPATIBLE = '${name}-v1';
const COUNTERS = 4;

/** Where the page of the counters is in this kernel's direct map; the next one has another. */
let page: Virt = 0n;

/** The initcall, on every boot: takes over what there is, or starts afresh, and hands it over. */
export function init(k: Kernel): number {
  if (!k.khoIsEnabled()) return 0;
  const found = k.khoRetrieveSubtree('${name}');
  if (typeof found === 'number') {
    page = k.folioAlloc('GFP_KERNEL', 0);
    if (page === 0n) return -12; // ENOMEM
    k.write(page, new Uint8Array(k.pageSize));
  } else {
    const err = takeOver(k, found.phys);
    if (err !== 0) return err;
  }
  const err = handOver(k);
  if (err !== 0) k.folioPut(page);
  return err;
}

/** The workload of the scenario. */
export function count(k: Kernel): void {
  for (let i = 0; i < COUNTERS; i++) {
    const counter = page + BigInt(i * 8);
    k.writeU64(counter, k.readU64(counter) + BigInt(i + 1));
  }
}

/** The page that the kernel before preserved; its tree is not needed any more. */
function takeOver(k: Kernel, phys: Phys): number {
  const fdt = k.va(phys);
  if (k.fdtNodeCheckCompatible(fdt, 0, COMPATIBLE) !== 0) return -22; // EINVAL
  const [counters] = k.toU32(k.fdtGetprop(fdt, 0, 'counters') ?? new Uint8Array());
  const [at] = k.toU64(k.fdtGetprop(fdt, 0, 'page') ?? new Uint8Array());
  if (at === undefined || counters !== COUNTERS) return -22; // EINVAL
  page = k.khoRestoreFolio(at);
  k.khoRestoreFree(fdt);
  return page === 0n ? -5 : 0; // EIO
}

/** Preserves the page and adds a tree that says where it is; undone in turn if a step fails. */
function handOver(k: Kernel): number {
  const err = k.khoPreserveFolio(page);
  if (err !== 0) return err;
  const fdt = k.khoAllocPreserve(k.pageSize);
  const failed = k.isErr(fdt) ? k.ptrErr(fdt) : addTree(k, fdt);
  if (failed !== 0) {
    if (!k.isErr(fdt)) k.khoUnpreserveFree(fdt);
    k.khoUnpreserveFolio(page);
  }
  return failed;
}

function addTree(k: Kernel, fdt: Virt): number {
  let err = k.fdtCreate(fdt, k.pageSize);
  err ||= k.fdtBeginNode(fdt, '');
  err ||= k.fdtProperty(fdt, 'compatible', COMPATIBLE);
  err ||= k.fdtProperty(fdt, 'counters', k.u32(COUNTERS));
  err ||= k.fdtProperty(fdt, 'page', k.u64(k.pa(page)));
  err ||= k.fdtProperty(fdt, 'page-size', k.u64(BigInt(k.pageSize)));
  err ||= k.fdtEndNode(fdt);
  err ||= k.fdtFinish(fdt);
  return err || ${add};
}

/** Of the second kernel: the counters must be what the first kernel's count() made them. */
export function verify(k: Kernel): number {
  for (let i = 0; i < COUNTERS; i++)
    if (k.readU64(page + BigInt(i * 8)) !== BigInt(i + 1)) return -5; // EIO
  k.prInfo(\`\${COUNTERS} counters are as they were\`);
  return 0;
}
`;
}

export function subtreeBinding(name: string, release: Release): string {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return `$id: ${name}-v1
title: ${title}
description: Counters that outlive the kernel
kho-releases: [${release.name}..]
kho-on-mismatch: The driver fails to start
$nodename:
  const: /
properties:
  compatible:
    const: ${name}-v1
  counters:
    $ref: /schemas/types.yaml#/definitions/uint32
    description: How many counters there are, each a u64
    minimum: 1
    maximum: 512
  page:
    $ref: /schemas/types.yaml#/definitions/uint64
    description: Where they are
    kho-phys:
      of: the page of the counters
      size: page-size
    kho-restored-by: kho_restore_folio
  page-size:
    $ref: /schemas/types.yaml#/definitions/uint64
    description: Size of the page
    kho-unit: bytes
required: [compatible, counters, page, page-size]
additionalProperties: false
`;
}

export function subtreeSource(name: string): string {
  return `/dts-v1/;

// What the driver's handOver() writes, by hand: KHO: Compile to Blob makes an FDT of it.
/ {
	compatible = "${name}-v1";
	counters = <4>;
	page = <0x101000000>;
	page-size = <0x1000>;
};
`;
}
