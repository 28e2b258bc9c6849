// A driver to begin with: source, binding, driver and scenario that run and pass as they are.

import type { Release } from '../kho/index.ts';
import { notifierDriver } from './scaffold-notifier.ts';
import { scaffoldScenario } from './scaffold-scenario.ts';
import { subtreeBinding, subtreeDriver, subtreeSource } from './scaffold-subtree.ts';

/** A file to be written, by its path from the folder of the driver. */
export interface ScaffoldFile {
  readonly path: string;
  readonly text: string;
}

/** Names that are a node, a file and, with `-v1`, a compatible alike. */
const NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** Why nothing can be called `name`, or undefined if it can. */
export function scaffoldNameProblem(name: string): string | undefined {
  if (NAME.test(name)) return undefined;
  return 'a driver is named with up to 31 small letters, digits and -, beginning with a letter';
}

/** Releases that scaffoldDriver() writes drivers for: all that the simulator has. */
export function canScaffold({ subtrees, scratch }: Release): boolean {
  return subtrees.kind === 'by-reference' || scratch.regions === 'one';
}

/**
 * The files of a new driver that keeps one page of counters over a kexec. `driverApi` is the text
 * of simulator/driver-api.ts, which the driver's types are taken from. Without `release`, one for
 * which canScaffold() is true, the driver is one of the series of January 2024.
 */
export function scaffoldDriver(
  name: string,
  driverApi: string,
  release?: Release,
): readonly ScaffoldFile[] {
  const isSubtree = release !== undefined && release.subtrees.kind === 'by-reference';
  const [driver, binding, source] = isSubtree
    ? [mainlineDriver(name, release), subtreeBinding(name, release), subtreeSource(name)]
    : [driverText(name), bindingText(name), sourceText(name)];
  const file = `${name}.ts`;
  const called = { name, file, count: 'count', verify: 'verify' };
  return [
    { path: file, text: driver },
    { path: `${name}.kho.json`, text: scaffoldScenario(called, isSubtree ? release : undefined) },
    { path: `${name}-v1.kho.yaml`, text: binding },
    { path: `${name}.kho.dts`, text: source },
    { path: 'kho-driver.d.ts', text: driverApi },
  ];
}

/** From 6.16 to 6.18 drivers are notified; from then on they keep their subtree up to date. */
function mainlineDriver(name: string, release: Release): string {
  return release.serialization === 'finalize-notifiers'
    ? notifierDriver(name)
    : subtreeDriver(name, release);
}

function driverText(name: string): string {
  return `// Keeps one page of counters over a kexec. KHO: Simulate Handover runs it.
import type { Fdt, Kernel, Virt } from './kho-driver.d.ts';

const COMPATIBLE = '${name}-v1';
const COUNTERS = 4;

/** Where the page of the counters is in this kernel's direct map; the next one has another. */
let page: Virt = 0n;

/** The initcall, on every boot: starts afresh, until deserialize() finds something better. */
export function init(k: Kernel): number {
  page = k.getFreePages('GFP_KERNEL', 0);
  if (page === 0n) return -12; // ENOMEM
  k.write(page, new Uint8Array(k.pageSize));
  return 0;
}

/** The workload of the scenario. */
export function count(k: Kernel): void {
  for (let i = 0; i < COUNTERS; i++) {
    const counter = page + BigInt(i * 8);
    k.writeU64(counter, k.readU64(counter) + BigInt(i + 1));
  }
}

/** KEXEC_KHO_DUMP: one top-level node, with all memory that the next kernel needs in \`mem\`. */
export function serialize(k: Kernel, fdt: Fdt): number {
  let err = k.fdtBeginNode(fdt, '${name}');
  err ||= k.fdtProperty(fdt, 'compatible', COMPATIBLE);
  err ||= k.fdtProperty(fdt, 'counters', k.u32(COUNTERS));
  err ||= k.fdtProperty(fdt, 'mem', k.khoMem([{ addr: k.pa(page), len: BigInt(k.pageSize) }]));
  return err || k.fdtEndNode(fdt);
}

/** On a KHO boot, after init(): takes over what the previous kernel left. */
export function deserialize(k: Kernel, fdt: Fdt): number {
  const node = k.fdtPathOffset(fdt, '/${name}');
  if (node < 0 || k.fdtNodeCheckCompatible(fdt, node, COMPATIBLE) !== 0) return 0;
  const [counters] = k.toU32(k.fdtGetprop(fdt, node, 'counters') ?? new Uint8Array());
  const [mem] = k.toKhoMem(k.fdtGetprop(fdt, node, 'mem') ?? new Uint8Array());
  if (mem === undefined || counters !== COUNTERS) return -22; // EINVAL
  k.freePages(page, 0);
  page = k.khoClaimMem(mem);
  return 0;
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

function bindingText(name: string): string {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return `$id: ${name}-v1
title: ${title}
description: Counters that outlive the kernel
kho-releases: [seed]
kho-on-mismatch: The driver starts with counters of its own
properties:
  compatible:
    const: ${name}-v1
  counters:
    $ref: /schemas/types.yaml#/definitions/uint32
    description: How many counters there are, each a u64
    minimum: 1
    maximum: 512
  mem:
    description: The page that they are in
    kho-struct: kho_mem
    maxItems: 1
    kho-restored-by: kho_claim_mem
required: [compatible, counters, mem]
additionalProperties: false
`;
}

function sourceText(name: string): string {
  return `// What the driver's serialize() writes, by hand: KHO: Compile to Blob makes an FDT of it.
${name} {
	compatible = "${name}-v1";
	counters = <4>;
	mem = <0x101000000 0x1000>;
};
`;
}
