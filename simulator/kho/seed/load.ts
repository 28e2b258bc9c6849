// kexec_file_load() with KHO active: everything goes into scratch. Models kho_fill_kimage() and
// kexec_locate_mem_hole() of the series.
import { hexText, KHO_MEM, type Release, sizeText, writeStruct } from '../../../kho/index.ts';
import { type Kernel, siteOf } from '../../kernel/kernel.ts';
import { type Range, RangeSet } from '../../machine/range-set.ts';
import { failed, type KexecImage, type KexecSegment, ok, type Result } from '../model.ts';
import { bootBytes, type Handoff } from './boot-data.ts';
import type { Outgoing, Serialized } from './outgoing.ts';

/** The segments that KHO adds are aligned like this. */
const KHO_ALIGN_BYTES = 64 << 10;
/** Pages that `mem` properties may list, counted once for every entry. */
const MAX_PAGE_REFERENCES: number = 2 ** 20;
/** Where the kernels of x86_64 and arm64 may start. */
const KERNEL_ALIGN_BYTES = 2 << 20;

export interface LoadRequest {
  readonly kernelBytes: number;
  readonly initrdBytes: number;
}

/** Loads the next kernel; without active state a plain one that is handed nothing. */
export function loadImage(
  kernel: Kernel,
  release: Release,
  outgoing: Outgoing,
  request: LoadRequest,
): Result<KexecImage> {
  const { serialized } = outgoing;
  if (!outgoing.isActive || serialized === undefined)
    return loadPlain(kernel, release, request, outgoing);
  const pages = memCache(kernel, serialized);
  if (pages === undefined) return failed('EINVAL');
  const { machine, scratch } = kernel;
  const bootData = release.bootData[machine.architecture];
  const holes = new Holes(scratch === undefined ? [] : [scratch]);
  const cacheBytes = memCacheBytes(kernel, pages);
  const kernelRange = holes.take(request.kernelBytes, KERNEL_ALIGN_BYTES);
  const initrdRange = holes.take(request.initrdBytes, machine.pageBytes);
  const cacheRange = holes.take(cacheBytes.length, KHO_ALIGN_BYTES);
  const fdtRange = holes.take(serialized.blob.length, KHO_ALIGN_BYTES);
  const probe = bootBytes(machine, bootData, 0, PROBE);
  const bootRange = holes.take(probe.length, machine.pageBytes);
  if (!kernelRange || !initrdRange || !cacheRange || !fdtRange || !bootRange || !scratch)
    return refuse(kernel, request, 'scratch memory has no room for all of its segments');
  const handoff = { fdt: fdtRange, scratch, memCache: cacheRange };
  const boot = bootBytes(machine, bootData, bootRange.start, handoff);
  const segments: readonly KexecSegment[] = [
    { name: 'kernel', range: kernelRange },
    { name: 'initrd', range: initrdRange },
    { name: 'mem_cache', range: cacheRange, bytes: cacheBytes },
    { name: 'fdt', range: fdtRange, bytes: serialized.blob },
    { name: 'boot', range: bootRange, bytes: boot },
  ];
  return ok({
    segments,
    bootPointer: bootRange.start,
    isKho: true,
    preserved: pages.ranges,
    handover: {
      rootFdt: { kind: 'in-memory', ...physRange(fdtRange) },
      scratch: [physRange(scratch)],
      memCache: physRange(cacheRange),
      release: release.name,
      architecture: machine.architecture,
      byteOrder: machine.byteOrder,
      pageSizeBytes: machine.pageBytes,
    },
  });
}

/** Only its size matters: how large boot data is that says something. */
const PROBE: Handoff = {
  fdt: { start: 0, end: 0 },
  scratch: { start: 0, end: 0 },
  memCache: { start: 0, end: 0 },
};

function physRange({ start, end }: Range): { address: bigint; sizeBytes: bigint } {
  return { address: BigInt(start), sizeBytes: BigInt(end - start) };
}

/** kho_mem_cache_add(): page frames, sorted and folded; undefined if a range is in scratch. */
function memCache(kernel: Kernel, { references }: Serialized): RangeSet | undefined {
  const { scratch, recorder } = kernel;
  const pages = new RangeSet();
  let isRefused = false;
  let pageReferences = 0;
  for (const { range, node, index, driver, site } of references) {
    const rounded = kernel.pagesOf(range);
    const bytes = { start: kernel.addressOf(rounded.start), end: kernel.addressOf(rounded.end) };
    const base = {
      severity: 'error',
      ...(driver === undefined ? {} : { driver }),
      ...(site === undefined ? {} : { site }),
    } as const;
    if (scratch !== undefined && bytes.start < scratch.end && scratch.start < bytes.end) {
      isRefused = true;
      kernel.print('KHO memory runs over scratch memory');
      recorder.finding({
        ...base,
        rule: 'preserved-memory-in-scratch',
        message: `range ${index} of ${node} at ${hexText(range.start)} lies in scratch memory`,
        help: 'the next kernel overwrites scratch: hand over memory from GFP_KERNEL only',
        related: relatedHolder(kernel, range.start),
      });
    } else if (!kernel.isRam(range))
      recorder.finding({
        ...base,
        rule: 'mem-outside-ram',
        message: `range ${index} of ${node} at ${hexText(range.start)} is not in this machine`,
        help: 'a `mem` property holds physical addresses: pa() of what was allocated',
        related: [],
      });
    else {
      pages.add(rounded);
      pageReferences += rounded.end - rounded.start;
    }
  }
  if (pageReferences > MAX_PAGE_REFERENCES) {
    isRefused = true;
    recorder.finding({
      rule: 'kexec-load-failed',
      severity: 'error',
      message: `${pageReferences} pages are handed over: more than ${MAX_PAGE_REFERENCES}`,
      help: 'this is a limit of the simulator; each entry of `mem` counts with all its pages',
      related: [],
    });
  }
  return isRefused ? undefined : pages;
}

function relatedHolder(kernel: Kernel, address: number): { message: string }[] {
  const held = kernel.heldAround(address);
  return held === undefined ? [] : [{ message: 'it was allocated here', ...siteOf(held) }];
}

function memCacheBytes({ machine }: Kernel, pages: RangeSet): Uint8Array {
  const bytes = new Uint8Array(pages.ranges.length * KHO_MEM.sizeBytes);
  for (const [index, { start, end }] of pages.ranges.entries()) {
    const addr = BigInt(start) * BigInt(machine.pageBytes);
    const len = BigInt(end - start) * BigInt(machine.pageBytes);
    bytes.set(writeStruct(KHO_MEM, { addr, len }, machine.byteOrder), index * KHO_MEM.sizeBytes);
  }
  return bytes;
}

function loadPlain(
  kernel: Kernel,
  release: Release,
  request: LoadRequest,
  outgoing: Outgoing,
): Result<KexecImage> {
  const { machine, recorder } = kernel;
  if (!outgoing.isActive && kernel.scratch !== undefined)
    recorder.finding({
      rule: 'not-active-at-load',
      severity: 'warning',
      message: 'the next kernel is loaded before state was serialized: it is handed nothing',
      help: 'write 1 to /sys/kernel/kho/active before kexec_file_load()',
      related: [],
    });
  const holes = new Holes(machine.ram.without(kernel.memblock.reserved).ranges);
  const kernelRange = holes.take(request.kernelBytes, KERNEL_ALIGN_BYTES);
  const initrdRange = holes.take(request.initrdBytes, machine.pageBytes);
  const bootData = release.bootData[machine.architecture];
  const plain = bootBytes(machine, bootData, 0, undefined);
  const bootRange = holes.take(plain.length, machine.pageBytes);
  if (kernelRange === undefined || initrdRange === undefined || bootRange === undefined)
    return refuse(kernel, request, 'memory has no room for its segments');
  return ok({
    segments: [
      { name: 'kernel', range: kernelRange },
      { name: 'initrd', range: initrdRange },
      { name: 'boot', range: bootRange, bytes: plain },
    ],
    bootPointer: bootRange.start,
    isKho: false,
    preserved: [],
  });
}

function refuse(kernel: Kernel, request: LoadRequest, why: string): Result<KexecImage> {
  const { scratch, recorder } = kernel;
  const size = scratch === undefined ? 0 : scratch.end - scratch.start;
  recorder.finding({
    rule: 'kexec-load-failed',
    severity: 'error',
    message:
      `a kernel of ${sizeText(BigInt(request.kernelBytes))} with an initrd of ` +
      `${sizeText(BigInt(request.initrdBytes))} cannot be loaded: ${why} (EADDRNOTAVAIL)`,
    help: `scratch has ${sizeText(BigInt(size))}; kho_scratch= makes it larger`,
    related: [],
  });
  return failed('EADDRNOTAVAIL');
}

/** Finds room for segments, top-down. */
class Holes {
  readonly #free: RangeSet;

  constructor(ranges: readonly Range[]) {
    this.#free = new RangeSet(ranges);
  }

  take(sizeBytes: number, alignBytes: number): Range | undefined {
    for (const { start, end } of [...this.#free.ranges].reverse()) {
      const from = Math.floor((end - sizeBytes) / alignBytes) * alignBytes;
      if (from < start) continue;
      // Segments are whole pages, so that what follows never shares one.
      const range = { start: from, end: from + sizeBytes };
      this.#free.remove({ start: from, end });
      return range;
    }
    return undefined;
  }
}
