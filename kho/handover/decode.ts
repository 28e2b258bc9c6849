// From an image to all that it says: the one decoder for simulated, recorded and real handovers.
import { type FdtTree, getUint, type Issue, readFdt } from '../../fdt/index.ts';
import { type BindingSet, createBindingSet } from '../bindings/binding-set.ts';
import { checkBlob, releaseOf } from '../check.ts';
import type { HandoverImage, PhysRange } from '../image/handover-image.ts';
import type { Release } from '../release.ts';
import { releaseNamed } from '../releases/index.ts';
import { Claims, type OwnerTotal, pagesByNode } from './claims.ts';
import type { Content } from './contents.ts';
import { createDecoder, type Decoder } from './decoding.ts';
import type { LuoState } from './luo.ts';
import { checkPreservedMemory, type PreservedMemory, readPreservedMemory } from './memory-map.ts';
import { hasPage, type PageRuns } from './page-runs.ts';
import { refineRelease } from './refine-release.ts';
import { IMAGE_AFTER_HANDOVER, IMAGE_ROOT_NOT_FOUND, UNCLAIMED_MEMORY } from './rules.ts';
import { checkScratch } from './scratch.ts';
import { readLooseBlobs, readSubtrees, type Subtree } from './subtrees.ts';

/** All that a handover says. */
export interface Handover {
  readonly image: HandoverImage;
  readonly release: Release;
  /** Undefined if there is no root FDT that could be read. */
  readonly root?: { readonly tree: FdtTree; readonly bytes: Uint8Array; readonly address?: number };
  readonly subtrees: readonly Subtree[];
  readonly preserved?: PreservedMemory;
  readonly luo?: LuoState;
  readonly contents: readonly Content[];
  /** Preserved memory by who has it, most first. */
  readonly owners: readonly OwnerTotal[];
  /** Preserved memory that is part of nothing known. */
  readonly unclaimed?: PageRuns;
  readonly unclaimedPages: number;
  /** Preserved pages by NUMA node, where the nodes are known. */
  readonly nodePages?: ReadonlyMap<number, number>;
  readonly issues: readonly Issue[];
}

export interface DecodeOptions {
  readonly bindings?: BindingSet;
  /** Instead of what the image says of itself. */
  readonly release?: Release;
  /** What the places of issues call the image. */
  readonly path?: string;
  /** Blobs by the name of their subtree, whose addresses a missing root FDT would have told. */
  readonly looseBlobs?: ReadonlyMap<string, Uint8Array>;
}

/** Decodes and checks `image`. Never fails: what cannot be read is an issue. */
export function decodeHandover(image: HandoverImage, options: DecodeOptions = {}): Handover {
  const { path = 'image', bindings = createBindingSet([]) } = options;
  const decoder = createDecoder(image, path);
  const root = readRoot(image, path, options.looseBlobs !== undefined, decoder);
  const named = options.release ?? releaseNamed(image.release ?? '');
  const tree = root?.tree ?? EMPTY_TREE;
  const release = named ?? refineRelease(tree, releaseOf(tree, bindings), image, decoder);
  const mapDecoder = createDecoder(image, path);
  const preserved = readPreservedMemory(tree, release, mapDecoder);
  const claims = new Claims(preserved.blocks, image.pageSizeBytes);
  const { byteOrder, pageSizeBytes: pageBytes } = image;
  const check = (bytes: Uint8Array, name: string): ReturnType<typeof checkBlob> =>
    checkBlob(bytes, { bindings, byteOrder, pageBytes, release, path: `${path}: ${name}` });
  const rootIssues = root === undefined ? [] : check(root.bytes, 'root').issues;
  const context = {
    release,
    claims,
    decoding: decoder,
    check,
    bindings: bindings.preferring(release.name),
  };
  checkScratch(image, release, decoder);
  if (root === undefined) {
    const found = readLooseBlobs(options.looseBlobs ?? new Map(), context);
    const issues = [...found.issues, ...decoder.issues()];
    return { ...NOTHING, image, release, subtrees: found.subtrees, issues };
  }
  const found = readSubtrees(tree, context);
  if (root.address !== undefined && claimsRoot(release))
    claims.addRange(root.address, root.bytes.length, 'root FDT');
  const faults = mapDecoder.issues().length;
  if (root.address !== undefined && isMapGone(root.address, preserved, faults, image)) {
    reportMapGone(root.address, decoder);
    const issues = decoder.issues().filter(({ rule }) => rule.startsWith('image-'));
    return { ...NOTHING, image, release, root, preserved, ...found, issues };
  }
  checkPreservedMemory(preserved, image, release, mapDecoder);
  // Without a map there is nothing to lay the claims over.
  const hasMap = preserved.isWhole || preserved.blockCount > 0;
  const settled = hasMap ? claims.settle(decoder) : undefined;
  if (settled !== undefined && settled.unclaimedPages > 0) reportUnclaimed(settled, decoder);
  const { numaNodes } = image;
  return {
    ...NOTHING,
    image,
    release,
    root,
    preserved,
    ...found,
    ...settled,
    ...(numaNodes === undefined
      ? {}
      : { nodePages: pagesByNode(preserved.blocks, numaNodes, pageBytes) }),
    issues: [...rootIssues, ...found.issues, ...mapDecoder.issues(), ...decoder.issues()],
  };
}

const NOTHING = { subtrees: [], contents: [], owners: [], unclaimedPages: 0 } as const;

const EMPTY_TREE: FdtTree = {
  root: { name: '', path: '/', parent: undefined, properties: [], children: [], labels: [] },
  reservations: [],
  bootCpuid: 0,
};

/** The seed's FDT is a copy in scratch; from 6.16 on it is a preserved page of its own. */
function claimsRoot({ memoryMap }: Release): boolean {
  return memoryMap.kind !== 'mem-properties';
}

/** A map with as many faults is no map that was damaged, it is something else. */
const MANY_FAULTS = 8;

/**
 * The root FDT is preserved like everything else. A map that can be read, lists nothing or makes
 * no sense at all, and does not have it, is memory that somebody else uses by now.
 */
function isMapGone(
  rootAddress: number,
  { address, blocks, blockCount, encoding, isWhole }: PreservedMemory,
  faults: number,
  { memory, pageSizeBytes }: HandoverImage,
): boolean {
  if (encoding === 'mem-properties' || address === undefined || address === 0) return false;
  if (memory.read(BigInt(address), pageSizeBytes) === undefined) return false;
  const isNonsense = isWhole ? blockCount === 0 : faults >= MANY_FAULTS;
  return isNonsense && !hasPage(blocks, rootAddress / pageSizeBytes);
}

function reportMapGone(address: number, decoder: Decoder): void {
  decoder.report(
    IMAGE_AFTER_HANDOVER,
    { address },
    'the memory map is gone: the image was taken after the kernel that was handed this had read ' +
      'it; what was preserved is not known, and state may have been taken back already',
    { help: 'take the image before that kernel boots, at machine_kexec() at the latest' },
  );
}

/** Root FDTs are a page; the seed's are up to dt_max, which nobody raises beyond this. */
const MAX_ROOT_BYTES = 64 << 20;

function readRoot(
  image: HandoverImage,
  path: string,
  hasLooseBlobs: boolean,
  decoder: Decoder,
): { tree: FdtTree; bytes: Uint8Array; address?: number } | undefined {
  const { rootFdt } = image;
  const bytes = rootFdt.kind === 'file' ? rootFdt.bytes : bytesOfRoot(rootFdt, decoder);
  const tree = bytes && readFdt(bytes, { path: `${path}: root` }).value;
  if (bytes !== undefined && tree !== undefined)
    return {
      tree,
      bytes,
      ...(rootFdt.kind === 'file' ? {} : { address: Number(rootFdt.address) }),
    };
  if (hasLooseBlobs) return undefined;
  const where = rootFdt.kind === 'file' ? undefined : { address: Number(rootFdt.address) };
  decoder.report(IMAGE_ROOT_NOT_FOUND, where, 'there is no FDT where the root FDT should be');
  return undefined;
}

/** As much as the header says: boot data may say a page for less, the seed's says the size. */
function bytesOfRoot({ address }: PhysRange, decoder: Decoder): Uint8Array | undefined {
  const header = decoder.read(Number(address), 8, 'the root FDT');
  const size = header && Number(getUint(header, 4, 32, 'big'));
  if (size === undefined || size < 8 || size > MAX_ROOT_BYTES) return undefined;
  return decoder.read(Number(address), size, 'the root FDT');
}

/** Ranges of unclaimed memory that are named in the issue. */
const SHOWN_RANGES = 3;

function reportUnclaimed(
  { unclaimed, unclaimedPages }: { readonly unclaimed: PageRuns; readonly unclaimedPages: number },
  decoder: Decoder,
): void {
  const shown: string[] = [];
  for (let i = 0; i < unclaimed.length && i < SHOWN_RANGES; i++)
    shown.push(`0x${(unclaimed.start(i) * decoder.pageBytes).toString(16)}`);
  const more = unclaimed.length > SHOWN_RANGES ? ', …' : '';
  decoder.report(
    UNCLAIMED_MEMORY,
    { address: unclaimed.start(0) * decoder.pageBytes },
    `${unclaimedPages} preserved ${unclaimedPages === 1 ? 'page is' : 'pages are'} part of ` +
      `nothing that is known (${shown.join(', ')}${more})`,
    { help: 'a binding for the state that points to it would tell' },
  );
}
