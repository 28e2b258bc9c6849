// Scenarios and drivers for the releases of Linux, from what their rows say.
import assert from 'node:assert/strict';
import { RELEASES, type Release, releaseNamed } from '../../kho/index.ts';
import type {
  Driver,
  InlineDriver,
  Kernel,
  KhoSerialization,
  RunResult,
  Scenario,
} from '../../simulator/index.ts';
import { JUMP, LOAD, runInline, scenarioFrom } from './scenarios.ts';

/** Rows of kernels that were released, oldest first. */
export const MAINLINE: readonly Release[] = RELEASES.filter(
  ({ subtrees }) => subtrees.kind === 'by-reference',
);

export const FINALIZE = '/sys/kernel/debug/kho/out/finalize';
export const CMDLINE = 'kho=on kho_scratch=16M,32M,32M';

/** Functions that the release has, by their names in drivers. */
export function hasCall(release: Release, call: string): boolean {
  const name = call.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return release.api.some((each) => each.name === name);
}

/** What user space does before the jump of a release. */
export function handoverSteps(release: Release): readonly object[] {
  const isFinalized = release.serialization !== 'live';
  return [...(isFinalized ? [{ write: FINALIZE, data: '1' }] : []), LOAD, JUMP];
}

export interface MainlineParts {
  readonly releases: readonly string[];
  readonly arch?: 'x86_64' | 'arm64';
  readonly pageSize?: number;
  readonly cmdline?: string;
  readonly ram?: readonly object[];
  /** Of the first kernel, before it jumps; the others finalize, load and jump. */
  readonly steps?: readonly object[];
  /** Of the last kernel. */
  readonly lastSteps?: readonly object[];
  /** Of every kernel, in place of what is usual. */
  readonly allSteps?: readonly (readonly object[])[];
}

/** A scenario with one driver `d` in each kernel. */
export function mainlineScenario(parts: MainlineParts): Scenario {
  const { releases, arch = 'x86_64', pageSize, cmdline = CMDLINE } = parts;
  const start = arch === 'x86_64' ? 0 : '1G';
  const kernels = releases.map((name, index) => {
    const release = releaseNamed(name);
    assert.ok(release !== undefined);
    const isLast = index === releases.length - 1;
    const usual = isLast ? (parts.lastSteps ?? []) : handoverSteps(release);
    const first = index === 0 ? parts.steps : undefined;
    const steps = parts.allSteps?.[index] ?? first ?? usual;
    return { release: name, cmdline, steps };
  });
  const machine = {
    arch,
    ...(pageSize === undefined ? {} : { pageSize }),
    // Scratch regions are multiples of 512 MiB where pages have 64 KiB.
    ram: parts.ram ?? [{ start, size: pageSize === 65536 ? '8G' : '512M' }],
  };
  return scenarioOfKernels(kernels, machine);
}

/** A scenario of kernels as it has them; what one does not say is usual, and it takes no steps. */
export function scenarioOfKernels(kernels: readonly object[], machine: object = {}): Scenario {
  const usual = { release: '7.3', cmdline: CMDLINE, drivers: ['d.ts'], steps: [] };
  const full = kernels.map((kernel) => ({ ...usual, ...kernel }));
  const text = JSON.stringify({ title: 'test', machine, kernels: full });
  return scenarioFrom('/s/test.kho.json', text);
}

/** Runs kernels of `releases` with a driver that `make` makes anew for each. */
export function runMainline(
  parts: MainlineParts,
  make: () => Driver & Record<string, unknown>,
  seed = 1,
): Promise<RunResult> {
  return runInline(mainlineScenario(parts), { d: make as () => InlineDriver }, seed);
}

/** What a driver hands over and finds again, in the way of its release. */
export interface StateDriver extends Driver, Record<string, unknown> {
  /** Memory that was restored or allocated, by what it is. */
  readonly taken: string[];
}

const PAGES = 5;
const FOLIO_ORDER = 3;
const AREA_PAGES = 600;
const NODE = 'state';
const FIELDS = ['folio', 'pages', 'alloc'] as const;

/**
 * A driver that hands over one of each: a folio, a range of pages, a vmalloc area and memory of
 * khoAllocPreserve(), as far as the release has them, in an FDT that is a subtree.
 */
export function stateDriver(release: Release): () => StateDriver {
  return () => {
    const taken: string[] = [];
    const add = (k: Kernel, ser: KhoSerialization | null): number => {
      const folio = k.folioAlloc('GFP_KERNEL', 0);
      const error = writeState(k, folio, release) || k.khoPreserveFolio(folio);
      return error || addSubtree(k, ser, folio, release);
    };
    const driver: StateDriver = {
      taken,
      init(k) {
        const found = k.khoRetrieveSubtree(NODE);
        if (typeof found !== 'number') return takeBack(k, found.phys, release, taken);
        if (release.serialization !== 'finalize-notifiers') return add(k, null);
        return k.registerKhoNotifier(driver.notify as never);
      },
      notify: function notify(k: Kernel, event: string, ser: KhoSerialization | null): number {
        return event === 'KEXEC_KHO_FINALIZE' ? add(k, ser) : 0;
      },
    };
    return driver;
  };
}

/** kho_add_subtree() as the release has it. */
export function addSubtree(
  k: Kernel,
  ser: KhoSerialization | null,
  blob: bigint,
  release: Release,
  name: string = NODE,
): number {
  if (ser !== null) return k.khoAddSubtree(ser, name, blob);
  const isSized = release.subtrees.kind === 'by-reference' && release.subtrees.sizeProperty;
  return isSized ? k.khoAddSubtree(name, blob, k.fdtTotalsize(blob)) : k.khoAddSubtree(name, blob);
}

function fill(k: Kernel, address: bigint, bytes: number, key: number): void {
  k.write(address, pattern(bytes, key));
}

function holds(k: Kernel, address: bigint, bytes: number, key: number): boolean {
  return Buffer.compare(k.read(address, bytes), pattern(bytes, key)) === 0;
}

/** Bytes that no shifted piece of them equals. */
function pattern(length: number, key: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) words[i] = i * 2654435761 + key;
  return new Uint8Array(words.buffer, 0, length);
}

/** Preserves one of each and writes where they are into an FDT at `blob`. */
function writeState(k: Kernel, blob: bigint, release: Release): number {
  let err = k.fdtCreate(blob, k.pageSize);
  err ||= k.fdtBeginNode(blob, '');
  err ||= k.fdtProperty(blob, 'compatible', 'state-v1');
  const folio = k.folioAlloc('GFP_KERNEL', FOLIO_ORDER);
  fill(k, folio, k.pageSize << FOLIO_ORDER, 1);
  err ||= k.khoPreserveFolio(folio);
  err ||= putRange(k, blob, 'folio', folio, k.pageSize << FOLIO_ORDER);
  const pages = k.getFreePages('GFP_KERNEL', 3);
  fill(k, pages, k.pageSize * PAGES, 2);
  if (hasCall(release, 'khoPreservePages')) err ||= k.khoPreservePages(pages, PAGES);
  else err ||= k.khoPreservePhys(k.pa(pages), k.pageSize * PAGES);
  err ||= putRange(k, blob, 'pages', pages, k.pageSize * PAGES);
  if (hasCall(release, 'khoPreserveVmalloc')) {
    const area = k.vmalloc(k.pageSize * AREA_PAGES);
    fill(k, area, k.pageSize * AREA_PAGES, 3);
    const preservation = k.khoPreserveVmalloc(area);
    if (typeof preservation === 'number') return preservation;
    err ||= k.fdtProperty(blob, 'area', preservation);
  }
  if (hasCall(release, 'khoAllocPreserve')) {
    const mem = k.khoAllocPreserve(k.pageSize * 2);
    if (k.isErr(mem)) return k.ptrErr(mem);
    fill(k, mem, k.pageSize * 2, 4);
    err ||= putRange(k, blob, 'alloc', mem, k.pageSize * 2);
  }
  err ||= k.fdtEndNode(blob);
  return err || k.fdtFinish(blob);
}

function putRange(k: Kernel, fdt: bigint, name: string, address: bigint, bytes: number): number {
  const error = k.fdtProperty(fdt, name, k.u64(k.pa(address)));
  return error || k.fdtProperty(fdt, `${name}-size`, k.u64(BigInt(bytes)));
}

/** 0 if all that the first kernel handed over is there, byte for byte. */
function takeBack(k: Kernel, phys: bigint, release: Release, taken: string[]): number {
  const blob = k.va(phys);
  if (k.fdtNodeCheckCompatible(blob, 0, 'state-v1') !== 0) return -22;
  const addressOf = (name: string): bigint =>
    k.toU64(k.fdtGetprop(blob, 0, name) ?? new Uint8Array())[0] ?? 0n;
  const [folio, pages, alloc] = FIELDS.map(addressOf) as [bigint, bigint, bigint];
  const restored = k.khoRestoreFolio(folio);
  if (!holds(k, restored, k.pageSize << FOLIO_ORDER, 1)) return -5;
  k.folioPut(restored);
  taken.push('folio');
  if (hasCall(release, 'khoRestorePages')) {
    const first = k.khoRestorePages(pages, PAGES);
    if (!holds(k, first, k.pageSize * PAGES, 2)) return -5;
    for (let i = 0; i < PAGES; i++) k.freePages(first + BigInt(i * k.pageSize), 0);
    taken.push('pages');
  }
  const preservation = k.fdtGetprop(blob, 0, 'area');
  if (preservation !== null) {
    const area = k.khoRestoreVmalloc(preservation);
    if (!holds(k, area, k.pageSize * AREA_PAGES, 3)) return -5;
    k.vfree(area);
    taken.push('area');
  }
  if (alloc !== 0n) {
    if (!holds(k, k.va(alloc), k.pageSize * 2, 4)) return -5;
    k.khoRestoreFree(k.va(alloc));
    taken.push('alloc');
  }
  k.folioPut(k.khoRestoreFolio(phys));
  k.prInfo(`taken back: ${taken.join(' ')}`);
  return 0;
}
