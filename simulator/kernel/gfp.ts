// What an allocation asks for: the flags of include/linux/gfp_types.h, as drivers write them.
import type { Mobility, PlacementRequest } from './buddy.ts';

/** How memory is allocated. */
export interface GfpRequest extends PlacementRequest {
  /** As it was written. */
  readonly text: string;
  /** __GFP_DIRECT_RECLAIM: the caller may sleep meanwhile. */
  readonly mayBlock: boolean;
  readonly isZeroed: boolean;
  /** __GFP_COMP: the pages are one folio. */
  readonly isCompound: boolean;
  /** Memory that the kernel itself may have no address for: not for kmalloc(). */
  readonly isHigh: boolean;
  /** What is wrong with flags that contradict each other: a clause, for a finding. */
  readonly problem?: string;
}

const FLAGS = {
  __GFP_HIGHMEM: 1 << 1,
  __GFP_MOVABLE: 1 << 3,
  __GFP_RECLAIMABLE: 1 << 4,
  __GFP_HIGH: 1 << 5,
  __GFP_IO: 1 << 6,
  __GFP_FS: 1 << 7,
  __GFP_ZERO: 1 << 8,
  __GFP_DIRECT_RECLAIM: 1 << 10,
  __GFP_KSWAPD_RECLAIM: 1 << 11,
  __GFP_WRITE: 1 << 12,
  __GFP_NOWARN: 1 << 13,
  __GFP_RETRY_MAYFAIL: 1 << 14,
  __GFP_NOFAIL: 1 << 15,
  __GFP_NORETRY: 1 << 16,
  __GFP_MEMALLOC: 1 << 17,
  __GFP_COMP: 1 << 18,
  __GFP_NOMEMALLOC: 1 << 19,
  __GFP_HARDWALL: 1 << 20,
  __GFP_THISNODE: 1 << 21,
  __GFP_ACCOUNT: 1 << 22,
} as const;

const RECLAIM = FLAGS.__GFP_DIRECT_RECLAIM | FLAGS.__GFP_KSWAPD_RECLAIM;
const KERNEL = RECLAIM | FLAGS.__GFP_IO | FLAGS.__GFP_FS;
const USER = KERNEL | FLAGS.__GFP_HARDWALL;
const HIGHUSER_MOVABLE = USER | FLAGS.__GFP_HIGHMEM | FLAGS.__GFP_MOVABLE;

/** Every name that drivers may use. */
const BITS: Readonly<Record<string, number>> = {
  ...FLAGS,
  __GFP_RECLAIM: RECLAIM,
  GFP_ATOMIC: FLAGS.__GFP_HIGH | FLAGS.__GFP_KSWAPD_RECLAIM,
  GFP_KERNEL: KERNEL,
  GFP_KERNEL_ACCOUNT: KERNEL | FLAGS.__GFP_ACCOUNT,
  GFP_NOWAIT: FLAGS.__GFP_KSWAPD_RECLAIM | FLAGS.__GFP_NOWARN,
  GFP_NOIO: RECLAIM,
  GFP_NOFS: RECLAIM | FLAGS.__GFP_IO,
  GFP_USER: USER,
  GFP_HIGHUSER: USER | FLAGS.__GFP_HIGHMEM,
  GFP_HIGHUSER_MOVABLE: HIGHUSER_MOVABLE,
  GFP_TRANSHUGE: HIGHUSER_MOVABLE | FLAGS.__GFP_COMP | FLAGS.__GFP_NOMEMALLOC | FLAGS.__GFP_NOWARN,
};

/** Zones below an address, of which this machine has none. */
const ZONES: readonly string[] = ['GFP_DMA', 'GFP_DMA32', '__GFP_DMA', '__GFP_DMA32'];

/** Requests that were asked for before: nearly all calls write the same few. */
const known = new Map<string, GfpRequest | string>();
/** Different texts that are kept. */
const MAX_KNOWN = 1000;

/** Flags joined with `|`, as in C; a string says why they are none. */
export function parseGfp(text: string): GfpRequest | string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const parsed = parse(text);
  if (known.size < MAX_KNOWN) known.set(text, parsed);
  return parsed;
}

function parse(text: string): GfpRequest | string {
  let bits = 0;
  for (const word of text.split('|')) {
    const name = word.trim();
    if (ZONES.includes(name)) return `${name}: memory here has no zones by address`;
    const value = Object.hasOwn(BITS, name) ? BITS[name] : undefined;
    if (value === undefined)
      return `${JSON.stringify(name)} is no GFP flag; flags are ${Object.keys(BITS).join(', ')}`;
    bits |= value;
  }
  return requestOf(text, bits);
}

function requestOf(text: string, bits: number): GfpRequest {
  const has = (flag: number): boolean => (bits & flag) !== 0;
  const problem = problemOf(has);
  return {
    text,
    mobility: mobilityOf(has),
    mayBlock: has(FLAGS.__GFP_DIRECT_RECLAIM),
    isZeroed: has(FLAGS.__GFP_ZERO),
    isCompound: has(FLAGS.__GFP_COMP),
    isHigh: has(FLAGS.__GFP_HIGHMEM),
    ...(has(FLAGS.__GFP_THISNODE) ? { isThisNodeOnly: true } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** gfp_migratetype(); what is both is neither here. */
function mobilityOf(has: (flag: number) => boolean): Mobility {
  const [isMovable, isReclaimable] = [has(FLAGS.__GFP_MOVABLE), has(FLAGS.__GFP_RECLAIMABLE)];
  if (isMovable === isReclaimable) return 'unmovable';
  return isMovable ? 'movable' : 'reclaimable';
}

/** What VM_WARN_ON() and WARN_ON_ONCE() of the page allocator are about. */
function problemOf(has: (flag: number) => boolean): string | undefined {
  if (has(FLAGS.__GFP_MOVABLE) && has(FLAGS.__GFP_RECLAIMABLE))
    return 'memory is __GFP_MOVABLE or __GFP_RECLAIMABLE, not both';
  if (has(FLAGS.__GFP_NOFAIL) && !has(FLAGS.__GFP_DIRECT_RECLAIM))
    return '__GFP_NOFAIL needs __GFP_DIRECT_RECLAIM: who may not wait may fail';
  if (has(FLAGS.__GFP_NOFAIL) && (has(FLAGS.__GFP_NORETRY) || has(FLAGS.__GFP_RETRY_MAYFAIL)))
    return 'memory is __GFP_NOFAIL or may fail, not both';
  return undefined;
}

/** What the kernel's own allocations are. */
export const GFP_KERNEL: GfpRequest = requestOf('GFP_KERNEL', KERNEL);
/** Of user space's pages, as memfds have them. */
export const GFP_HIGHUSER_MOVABLE: GfpRequest = requestOf('GFP_HIGHUSER_MOVABLE', HIGHUSER_MOVABLE);
