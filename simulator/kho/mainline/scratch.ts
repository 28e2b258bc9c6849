// Scratch memory of the first kernel: kho_parse_scratch_size() and kho_reserve_scratch() of
// kernel/liveupdate/kexec_handover.c.
import { hexText, scratchAlignment } from '../../../kho/index.ts';
import { STRUCT_PAGE_BYTES } from '../../kernel/memblock.ts';
import { type Range, RangeSet } from '../../machine/range-set.ts';
import { memparse } from './memparse.ts';
import { type Context, hasDefect } from './state.ts';

/** Sizes in bytes, or a percentage of what early boot has allocated. */
export type ScratchRequest =
  | { readonly kind: 'scaled'; readonly percent: number }
  | {
      readonly kind: 'sizes';
      readonly lowBytes: number;
      readonly globalBytes: number;
      readonly nodeBytes: number;
    };

export const DEFAULT_SCRATCH: ScratchRequest = { kind: 'scaled', percent: 200 };

/** ARCH_LOW_ADDRESS_LIMIT. */
const LOW_LIMIT = 2 ** 32;
/** kstrtouint() of at most ten characters. */
const PERCENT = /^(?=.{2,11}$)\+?\d+%$/;
const MAX_UINT = 0xffff_ffff;

/**
 * What `kho_scratch=` asks for, and what stands behind it that the kernel does not look at;
 * undefined where it answers -EINVAL.
 */
export function parseScratch(
  text: string,
  { release }: Context,
): { readonly request: ScratchRequest; readonly rest: string } | undefined {
  if (text.endsWith('%')) {
    const percent = Number(text.slice(0, -1));
    if (!PERCENT.test(text) || percent > MAX_UINT) return undefined;
    return { request: { kind: 'scaled', percent }, rest: '' };
  }
  const { acceptsTrailing, acceptsZero } = release.scratch.parameter;
  const sizes: number[] = [];
  let rest = `,${text}`;
  for (let i = 0; i < 3; i++) {
    const parsed = rest.startsWith(',') ? memparse(rest.slice(1)) : undefined;
    if (parsed === undefined) return undefined;
    sizes.push(parsed.bytes);
    rest = parsed.rest;
  }
  if (rest !== '' && !acceptsTrailing) return undefined;
  const [lowBytes = 0, globalBytes = 0, nodeBytes = 0] = sizes;
  if (lowBytes + globalBytes + nodeBytes === 0) return undefined;
  if (!acceptsZero && sizes.includes(0)) return undefined;
  return { request: { kind: 'sizes', lowBytes, globalBytes, nodeBytes }, rest };
}

interface Wanted {
  readonly what: string;
  /** Asked when its turn comes: regions before it are allocations, too. */
  bytes(): number;
  readonly within: readonly Range[] | undefined;
}

/** The regions that were reserved, or undefined, with all of them given back, if one was not. */
export function reserveScratch(
  context: Context,
  request: ScratchRequest,
): readonly Range[] | undefined {
  const { kernel, release } = context;
  const { memblock, machine, recorder } = kernel;
  const blocks = scratchAlignment(release, machine.pageBytes);
  const align = hasDefect(context, 'scratch-unaligned') ? machine.pageBytes : blocks;
  const low: Range = { start: 0, end: LOW_LIMIT };
  const wanted: Wanted[] = [
    { what: 'lowmem', bytes: () => lowBytes(context, request, low), within: [low] },
    { what: 'global', bytes: () => globalBytes(context, request, low), within: undefined },
    ...machine.nodes.map(({ id, ranges }) => ({
      what: `nid ${id}`,
      bytes: () => nodeBytes(context, request, ranges),
      within: ranges,
    })),
  ];
  // Nobody can have memory of a node that has none.
  if (hasDefect(context, 'scratch-on-empty-nodes'))
    for (const id of machine.emptyNodes)
      wanted.push({ what: `nid ${id}`, bytes: () => nodeBytes(context, request, []), within: [] });
  const regions: Range[] = [];
  // The others have the same cause.
  let isReported = false;
  for (const { what, bytes, within } of wanted) {
    // 64 bits are all there is: what is larger than memory could ever be is rounded up to nothing.
    const size = (Math.ceil(bytes() / align) * align) % 2 ** 64;
    const region = memblock.allocate(size, align, within);
    if (region === undefined) {
      for (const each of regions) {
        memblock.reserved.remove(each);
        memblock.allocated.remove(each);
      }
      kernel.print(`KHO: Failed to reserve ${what} scratch buffer`);
      kernel.print('KHO: Failed to reserve scratch area, disabling kexec handover');
      return undefined;
    }
    recorder.event('kho_reserve_scratch', { what, addr: hexText(region.start), bytes: size });
    const isWhole = region.start % blocks === 0 && size % blocks === 0;
    if (!isWhole && !isReported) {
      isReported = true;
      reportUnaligned(context, what, region, blocks);
    }
    regions.push(region);
  }
  // CMA from here on: the page allocator gets it as movable memory.
  for (const region of regions) {
    memblock.reserved.remove(region);
    memblock.scratch.add(region);
  }
  return regions;
}

function reportUnaligned(
  { kernel }: Context,
  what: string,
  { start, end }: Range,
  blockBytes: number,
): void {
  kernel.recorder.finding({
    rule: 'scratch-alignment',
    severity: 'error',
    message:
      `scratch region ${what}, ${hexText(end - start)} bytes at ${hexText(start)}, does not ` +
      `begin and end with a block of ${hexText(blockBytes)} bytes`,
    help: 'the page allocator takes whole blocks, and with them what lies beside the region',
    related: [],
  });
}

/** memblock_reserved_kern_size(): what early boot has allocated in these ranges. */
function allocatedIn({ kernel }: Context, ranges: readonly Range[]): number {
  let bytes = 0;
  for (const { start, end } of kernel.memblock.allocated.ranges)
    for (const range of ranges)
      bytes += Math.max(0, Math.min(end, range.end) - Math.max(start, range.start));
  return bytes;
}

function lowBytes(context: Context, request: ScratchRequest, low: Range): number {
  if (request.kind === 'sizes') return request.lowBytes;
  return scaled(allocatedIn(context, [low]), request.percent);
}

function globalBytes(context: Context, request: ScratchRequest, low: Range): number {
  if (request.kind === 'sizes') return request.globalBytes;
  const everywhere = new RangeSet(context.kernel.machine.ram.ranges);
  const all = scaled(allocatedIn(context, everywhere.ranges), request.percent);
  return all - scaled(allocatedIn(context, [low]), request.percent);
}

/**
 * Early boot says of struct pages alone which node they are of. On a machine of one node, as
 * without CONFIG_NUMA, everything is of that node, the scratch regions before it included.
 */
function nodeBytes(context: Context, request: ScratchRequest, ranges: readonly Range[]): number {
  if (request.kind === 'sizes') return request.nodeBytes;
  const { machine } = context.kernel;
  if (machine.nodes.length === 1) return scaled(allocatedIn(context, ranges), request.percent);
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return scaled((bytes / machine.pageBytes) * STRUCT_PAGE_BYTES, request.percent);
}

function scaled(bytes: number, percent: number): number {
  return Math.floor((bytes * percent) / 100);
}
