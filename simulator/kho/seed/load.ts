// kexec_file_load() with KHO active: everything goes into scratch. Models kho_fill_kimage() and
// kexec_locate_mem_hole() of the series.
import { hexText, KHO_MEM, type Release, writeStruct } from '../../../kho/index.ts';
import { type Kernel, siteOf } from '../../kernel/kernel.ts';
import { RangeSet } from '../../machine/range-set.ts';
import { BOOT_DATA_PROBE, bootBytes } from '../boot-data.ts';
import {
  failed,
  type HandedOver,
  type KexecImage,
  type KexecSegment,
  NOTHING_HANDED_OVER,
  ok,
  type Result,
} from '../model.ts';
import {
  Holes,
  KERNEL_ALIGN_BYTES,
  KHO_ALIGN_BYTES,
  type LoadRequest,
  loadPlain,
  physRange,
  refuseLoad,
} from '../segments.ts';
import type { Outgoing, Serialized } from './outgoing.ts';

/** Pages that `mem` properties may list, counted once for every entry. */
const MAX_PAGE_REFERENCES: number = 2 ** 20;

/** What was loaded, and what a jump to it leaves: the series fixes that here. */
export interface Loaded {
  readonly image: KexecImage;
  readonly handedOver: HandedOver;
}

/** Loads the next kernel; without active state a plain one that is handed nothing. */
export function loadImage(
  kernel: Kernel,
  release: Release,
  outgoing: Outgoing,
  request: LoadRequest,
): Result<Loaded> {
  const { serialized } = outgoing;
  if (!outgoing.isActive || serialized === undefined) {
    if (kernel.scratch.length > 0) reportNotActive(kernel);
    const plain = loadPlain(kernel, release, request);
    return plain.kind === 'error'
      ? plain
      : ok({ image: plain.value, handedOver: NOTHING_HANDED_OVER });
  }
  const pages = memCache(kernel, serialized);
  if (pages === undefined) return failed('EINVAL');
  const { machine } = kernel;
  const [scratch] = kernel.scratch;
  const bootData = release.bootData[machine.architecture];
  const holes = new Holes(kernel.scratch);
  const cacheBytes = memCacheBytes(kernel, pages);
  const kernelRange = holes.take(request.kernelBytes, KERNEL_ALIGN_BYTES);
  const initrdRange = holes.take(request.initrdBytes, machine.pageBytes);
  const cacheRange = holes.take(cacheBytes.length, KHO_ALIGN_BYTES);
  const fdtRange = holes.take(serialized.blob.length, KHO_ALIGN_BYTES);
  const probe = bootBytes(machine, bootData, 0, BOOT_DATA_PROBE);
  const bootRange = holes.take(probe.length, machine.pageBytes);
  if (!kernelRange || !initrdRange || !cacheRange || !fdtRange || !bootRange || !scratch)
    return refuseLoad(kernel, request, 'scratch memory has no room for all of its segments');
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
    image: { segments, bootPointer: bootRange.start, isKho: true },
    handedOver: {
      kept: pages.ranges,
      image: {
        rootFdt: { kind: 'in-memory', ...physRange(fdtRange) },
        scratch: [physRange(scratch)],
        memCache: physRange(cacheRange),
        release: release.name,
        architecture: machine.architecture,
        byteOrder: machine.byteOrder,
        pageSizeBytes: machine.pageBytes,
      },
    },
  });
}

function reportNotActive({ recorder }: Kernel): void {
  recorder.finding({
    rule: 'not-active-at-load',
    severity: 'warning',
    message: 'the next kernel is loaded before state was serialized: it is handed nothing',
    help: 'write 1 to /sys/kernel/kho/active before kexec_file_load()',
    related: [],
  });
}

/** kho_mem_cache_add(): page frames, sorted and folded; undefined if a range is in scratch. */
function memCache(kernel: Kernel, { references }: Serialized): RangeSet | undefined {
  const { recorder } = kernel;
  const [scratch] = kernel.scratch;
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
