// Which of several releases with the same root wrote an image.
import { childOf, type FdtTree, getUint, propertyOf, readFdt } from '../../fdt/index.ts';
import { compatiblesOf } from '../bindings/binding-set.ts';
import type { HandoverImage } from '../image/handover-image.ts';
import type { Release } from '../release.ts';
import { NEWEST_RELEASE, RELEASES } from '../releases/index.ts';
import {
  KEXEC_METADATA,
  KHOSER_MEM_BITMAP_PTR,
  KHOSER_MEM_CHUNK_HDR,
  LUO_SER,
} from '../structs/index.ts';
import { readStruct } from '../structs/struct.ts';
import type { Decoding } from './decoding.ts';

/**
 * `guess` is the newest release with that root. The kernel's own word (kexec-metadata) decides;
 * else the formats of what it handed over, and how it laid out its bitmaps.
 */
export function refineRelease(
  tree: FdtTree,
  guess: Release,
  image: HandoverImage,
  decoding: Decoding,
): Release {
  const candidates = RELEASES.filter(
    (each) =>
      each.rootCompatible === guess.rootCompatible && each.memoryMap.kind === guess.memoryMap.kind,
  );
  if (candidates.length < 2) return guess;
  // Before there were maps there were two ways to tell scratch, and one of them with a mem cache.
  if (guess.memoryMap.kind === 'mem-properties') {
    const isList = image.memCache === undefined && (image.scratch?.length ?? 1) > 1;
    return candidates.find(({ scratch }) => scratch.regions === (isList ? 'list' : 'one')) ?? guess;
  }
  const written = metadataRelease(tree, decoding);
  const named = candidates.find(({ name }) => written?.startsWith(`${name}.`) || written === name);
  if (named !== undefined) return named;
  const formats = formatsOf(tree, guess, decoding);
  const fitting = candidates.filter(
    (each) => hasFormats(each, formats) && fitsBitmaps(each, tree, decoding),
  );
  return fitting.at(-1) ?? candidates.at(-1) ?? NEWEST_RELEASE;
}

/** `uname -r` of the kernel that wrote the image, if it says so. */
export function metadataRelease(tree: FdtTree, decoding: Decoding): string | undefined {
  const address = addressOf(tree, 'kexec-metadata', decoding);
  const size = KEXEC_METADATA.sizeBytes;
  const bytes = address === undefined ? undefined : decoding.memory.read(BigInt(address), size);
  if (bytes === undefined) return undefined;
  const { version, previous_release } = readStruct(KEXEC_METADATA, bytes, 0, decoding.byteOrder);
  return version === 1n ? previous_release : undefined;
}

function addressOf({ root }: FdtTree, name: string, decoding: Decoding): number | undefined {
  const node = childOf(root, name);
  for (const property of ['preserved-data', 'fdt']) {
    const value = node && propertyOf(node, property)?.value;
    if (value?.length === 8) return Number(getUint(value, 0, 64, decoding.byteOrder));
  }
  return undefined;
}

/** What LUO calls its parts, by the names that a release's formats have. */
function formatsOf(tree: FdtTree, guess: Release, decoding: Decoding): ReadonlyMap<string, string> {
  const formats = new Map<string, string>();
  const address = addressOf(tree, 'LUO', decoding);
  if (address === undefined) return formats;
  const bytes = decoding.memory.read(BigInt(address), decoding.pageBytes);
  if (bytes === undefined) return formats;
  const isStruct = guess.formats.some(({ name, struct }) => name === 'LUO' && struct !== undefined);
  if (isStruct) {
    formats.set('LUO', readStruct(LUO_SER, bytes, 0, decoding.byteOrder).compatible);
    return formats;
  }
  const root = readFdt(bytes).value?.root;
  for (const [name, node] of [
    ['LUO', root],
    ['LUO/session', root && childOf(root, 'luo-session')],
    ['LUO/flb', root && childOf(root, 'luo-flb')],
  ] as const) {
    const [compatible] = node === undefined ? [] : compatiblesOf(node);
    if (compatible !== undefined) formats.set(name, compatible);
  }
  return formats;
}

function hasFormats({ formats }: Release, found: ReadonlyMap<string, string>): boolean {
  return [...found].every(([name, format]) =>
    formats.some((each) => each.name === name && each.format === format),
  );
}

/** Bitmaps of a page start at pages, and the memory of their first bit tells how many they have. */
function fitsBitmaps({ memoryMap }: Release, { root }: FdtTree, decoding: Decoding): boolean {
  if (memoryMap.kind !== 'bitmaps' || memoryMap.bitmapBytes !== 'page') return true;
  const { memory, byteOrder, pageBytes } = decoding;
  const value = propertyOf(root, memoryMap.property)?.value;
  if (value?.length !== 8) return true;
  const chunk = memory.read(getUint(value, 0, 64, byteOrder), pageBytes);
  if (chunk === undefined) return true;
  const { order, num_elms } = readStruct(KHOSER_MEM_CHUNK_HDR, chunk, 0, byteOrder);
  // No kernel writes such a chunk, so that it speaks for none of them.
  if (order > 63n) return true;
  const span = BigInt(pageBytes * 8) << (order + BigInt(decoding.pageShift));
  const size = KHOSER_MEM_BITMAP_PTR.sizeBytes;
  for (let i = 0; i < Number(num_elms); i++) {
    const at = KHOSER_MEM_CHUNK_HDR.sizeBytes + i * size;
    if (at + size > chunk.length) break;
    const { phys_start, bitmap_phys } = readStruct(KHOSER_MEM_BITMAP_PTR, chunk, at, byteOrder);
    if (bitmap_phys % BigInt(pageBytes) !== 0n || phys_start % span !== 0n) return false;
  }
  return true;
}
