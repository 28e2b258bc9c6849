// Scratch memory: where the next kernel boots. kho_reserve_scratch(), kho_populate().
import { count } from '../describe/markdown.ts';
import { hexText, rangeText, sizeText } from '../describe/number.ts';
import type { HandoverImage, PhysRange } from '../image/handover-image.ts';
import { pageGeometry } from '../page-geometry.ts';
import type { Release } from '../release.ts';
import { KHO_SCRATCH } from '../structs/index.ts';
import type { Decoding } from './decoding.ts';
import {
  KERNEL_DEFECT,
  PRESERVED_IN_SCRATCH,
  SCRATCH_ALIGNMENT,
  SCRATCH_REGIONS,
} from './rules.ts';

/** ARCH_LOW_ADDRESS_LIMIT of x86-64; arm64 has the same for 32-bit devices. */
const LOW_MEMORY_END = 1n << 32n;
/** The array of regions is for low memory, for anywhere, and for at least one node. */
const LEAST_REGIONS = 3;
/** Which of them is for anywhere. */
const GLOBAL_REGION = 1;

/** What base and size of a region are multiples of, in bytes. */
export function scratchAlignment({ scratch }: Release, pageBytes: number): number {
  switch (scratch.alignment) {
    case 'page':
      return pageBytes;
    case 'cma-pageblock':
      return pageBytes * 2 ** pageGeometry(pageBytes).pageblockOrder;
    case 'max-order':
      return pageBytes * 2 ** pageGeometry(pageBytes).maxOrder;
  }
}

/** Checks the scratch regions of an image, if it says which they are. */
export function checkScratch(image: HandoverImage, release: Release, decoding: Decoding): void {
  const { scratch, scratchArray } = image;
  if (scratchArray !== undefined) checkArray(scratchArray, decoding);
  if (scratch === undefined) return;
  const alignment = BigInt(scratchAlignment(release, image.pageSizeBytes));
  for (const [i, region] of scratch.entries()) {
    const isGlobal = i === GLOBAL_REGION && release.scratch.regions === 'list';
    checkRegion({ i, isGlobal }, region, alignment, decoding);
  }
  const sorted = [...scratch].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const [i, region] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before === undefined || before.address + before.sizeBytes <= region.address) continue;
    decoding.report(
      SCRATCH_ALIGNMENT,
      { address: Number(region.address) },
      `the scratch regions ${textOf(before)} and ${textOf(region)} overlap`,
    );
  }
  if (release.scratch.regions === 'list') checkList(scratch, image, decoding);
  const { rootFdt } = image;
  if (release.scratch.regions === 'one' || rootFdt.kind === 'file') return;
  const { address } = rootFdt;
  if (scratch.some((each) => each.address <= address && address < each.address + each.sizeBytes))
    decoding.report(
      PRESERVED_IN_SCRATCH,
      { address: Number(address) },
      `the root FDT at ${hexText(address)} is in scratch memory`,
    );
}

function checkArray({ address, sizeBytes }: PhysRange, decoding: Decoding): void {
  const size = BigInt(KHO_SCRATCH.sizeBytes);
  if (sizeBytes >= size && sizeBytes % size === 0n) return;
  decoding.report(
    SCRATCH_ALIGNMENT,
    { address: Number(address), lengthBytes: Number(sizeBytes) },
    `the array of scratch regions has ${sizeBytes} bytes, and each region takes ${size}`,
  );
}

function textOf({ address, sizeBytes }: PhysRange): string {
  return rangeText(address, sizeBytes);
}

function checkRegion(
  { i, isGlobal }: { readonly i: number; readonly isGlobal: boolean },
  { address, sizeBytes }: PhysRange,
  alignment: bigint,
  decoding: Decoding,
): void {
  const place = { address: Number(address), lengthBytes: Number(sizeBytes) };
  if (sizeBytes === 0n && isGlobal)
    decoding.report(
      KERNEL_DEFECT,
      place,
      `scratch region ${i}, for anywhere, is empty: the machine boots within low memory`,
      { help: 'the default size of this region is what early boot allocated above low memory' },
    );
  else if (sizeBytes === 0n)
    decoding.report(
      SCRATCH_ALIGNMENT,
      place,
      `scratch region ${i} at ${hexText(address)} is empty`,
    );
  else if (address % alignment !== 0n || sizeBytes % alignment !== 0n)
    decoding.report(
      SCRATCH_ALIGNMENT,
      place,
      `scratch region ${i}, ${rangeText(address, sizeBytes)}, is not aligned to ` +
        sizeText(alignment),
      { help: 'the page allocator touches struct pages of memory beside it' },
    );
}

function checkList(scratch: readonly PhysRange[], image: HandoverImage, decoding: Decoding): void {
  if (scratch.length < LEAST_REGIONS)
    decoding.report(
      SCRATCH_REGIONS,
      undefined,
      `of ${count(scratch.length, 'scratch region', 'scratch regions')} there should be one in ` +
        'low memory, one anywhere, and one for each node with memory',
    );
  const [low] = scratch;
  if (low !== undefined && low.address + low.sizeBytes > LOW_MEMORY_END)
    decoding.report(
      SCRATCH_REGIONS,
      { address: Number(low.address) },
      `the first scratch region, ${textOf(low)}, is not below 4 GiB`,
      { help: 'early boot needs memory that 32-bit devices reach' },
    );
  for (const { id, ranges } of image.numaNodes ?? []) {
    const isIn = ({ address }: PhysRange): boolean =>
      ranges.some((each) => each.address <= address && address < each.address + each.sizeBytes);
    if (ranges.length > 0 && !scratch.some(isIn))
      decoding.report(SCRATCH_REGIONS, undefined, `node ${id} has memory and no scratch region`);
  }
}
