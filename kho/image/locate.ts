// Finds a handover in memory when nobody says where it is: by the boot data that the first kernel
// left for the second, and by what a root FDT looks like.
import { type ByteOrder, type FdtTree, getUint, propertyOf, readFdt } from '../../fdt/index.ts';
import { compatiblesOf } from '../bindings/binding-set.ts';
import { createDecoder, PHYSICAL_ADDRESS_LIMIT } from '../handover/decoding.ts';
import { readPreservedMemory } from '../handover/memory-map.ts';
import { hasPage } from '../handover/page-runs.ts';
import { RELEASES } from '../releases/index.ts';
import { KHO_DATA, KHO_DATA_SEED, KHO_SCRATCH, SETUP_DATA } from '../structs/index.ts';
import { readStruct } from '../structs/struct.ts';
import type { PhysicalMemory, PhysRange } from './handover-image.ts';

/** Where a handover may begin, and why it is thought so. */
export interface Candidate {
  readonly rootFdt: PhysRange;
  /** Undefined if no boot data says. */
  readonly scratch?: readonly PhysRange[];
  readonly scratchArray?: PhysRange;
  readonly memCache?: PhysRange;
  /** How much speaks for it; the most is the one to take. */
  readonly score: number;
  readonly why: string;
}

export interface LocateOptions {
  readonly byteOrder: ByteOrder;
  readonly pageBytes: number;
}

/** Memory is searched in steps of this many bytes. */
const STEP_BYTES = 4 << 20;
/** FDTs and boot data that are looked at more closely. */
const MAX_HITS = 10_000;
/** No root FDT is larger: the seed's dt_max is 10 MiB. */
const MAX_FDT_BYTES = 64 << 20;

/** Addresses of what may be an FDT, and of what may be boot data. */
interface Hits {
  readonly fdts: bigint[];
  readonly setupData: bigint[];
}

/**
 * Every place in `memory` where a handover may begin, the likeliest first. All of what is known is
 * read once, so this takes as long as reading the image does.
 */
export function locateHandover(memory: PhysicalMemory, options: LocateOptions): Candidate[] {
  const hits: Hits = { fdts: [], setupData: [] };
  for (const range of memory.ranges()) searchRange(memory, range, options, hits);
  const candidates = new Map<bigint, Candidate>();
  for (const address of hits.fdts) {
    const candidate = candidateAt(memory, address, options);
    if (candidate !== undefined) candidates.set(address, candidate);
  }
  for (const told of [
    ...hits.setupData.map((address) => fromSetupData(memory, address, options)),
    ...hits.fdts.map((address) => fromChosen(memory, address, options)),
  ]) {
    const known = told && candidates.get(told.rootFdt.address);
    // Boot data lies in memory more than once: where it was made, and where kexec copied it to.
    const isNews = known?.scratchArray === undefined || known.scratch === undefined;
    if (told !== undefined && known !== undefined && isNews)
      candidates.set(told.rootFdt.address, {
        ...known,
        ...told,
        rootFdt: known.rootFdt,
        ...(known.scratchArray === undefined && known.memCache === undefined
          ? { score: known.score + 2, why: `${known.why}, boot data points to it` }
          : {}),
      });
  }
  const found = [...candidates.values()];
  // Reading a whole map is worth it only where there is a choice.
  const scored = found.length > 1 ? found.map((each) => withMap(memory, each, options)) : found;
  // Scratch regions never move: those of one handover are those of every later one.
  const scratch = scored.find((each) => each.scratch !== undefined && each.memCache === undefined);
  return scored
    .map((each) => (scratch?.scratch === undefined ? each : { scratch: scratch.scratch, ...each }))
    .sort((a, b) => b.score - a.score);
}

/** A map that has the page of the root FDT itself is the one that goes with it. */
function withMap(
  memory: PhysicalMemory,
  candidate: Candidate,
  { byteOrder, pageBytes }: LocateOptions,
): Candidate {
  const { address } = candidate.rootFdt;
  const tree = fdtAt(memory, address);
  const [compatible = ''] = tree === undefined ? [] : compatiblesOf(tree.root);
  const release = RELEASES.findLast((each) => each.rootCompatible === compatible);
  if (tree === undefined || release === undefined) return candidate;
  const decoder = createDecoder({ memory, byteOrder, pageSizeBytes: pageBytes }, '');
  const { blocks } = readPreservedMemory(tree, release, decoder);
  if (!hasPage(blocks, Number(address) / pageBytes)) return candidate;
  const why = `${candidate.why}, and the map has the root FDT itself`;
  return { ...candidate, score: candidate.score + 3, why };
}

const FDT_MAGIC_LITTLE = 0xedfe0dd0;
const SETUP_KEXEC_KHO = 10;
const PAYLOAD_SIZES: readonly number[] = [KHO_DATA.sizeBytes, KHO_DATA_SEED.sizeBytes];

function searchRange(
  memory: PhysicalMemory,
  { address, sizeBytes }: PhysRange,
  { byteOrder, pageBytes }: LocateOptions,
  { fdts, setupData }: Hits,
): void {
  const end = address + sizeBytes;
  const type = byteOrder === 'little' ? SETUP_KEXEC_KHO : SETUP_KEXEC_KHO << 24;
  const sizes = PAYLOAD_SIZES.map((size) => (byteOrder === 'little' ? size : size << 24));
  // Aligned steps: neither a magic number nor boot data then lies across two of them.
  for (let at = address; at < end; ) {
    const next = at - (at % BigInt(STEP_BYTES)) + BigInt(STEP_BYTES);
    const lengthBytes = Number((next < end ? next : end) - at);
    const bytes = memory.read(at, lengthBytes - (lengthBytes % 8));
    if (bytes !== undefined && at % 8n === 0n) {
      const words = wordsOf(bytes);
      const pageWords = pageBytes / 4;
      const first = Number(-(at / 4n) & BigInt(pageWords - 1));
      for (let i = first; i < words.length && fdts.length < MAX_HITS; i += pageWords)
        if (words[i] === FDT_MAGIC_LITTLE) fdts.push(at + BigInt(i * 4));
      for (let i = 2; i + 1 < words.length; i += 2)
        if (words[i] === type && sizes.includes(words[i + 1] as number))
          if (setupData.length < MAX_HITS) setupData.push(at + BigInt(i * 4 - 8));
    }
    at = next;
  }
}

/** As 32-bit words in little-endian order, whatever the machine this runs on. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const isAligned = bytes.byteOffset % 4 === 0;
  const own = isAligned ? bytes : bytes.slice();
  return new Uint32Array(own.buffer, own.byteOffset, own.length >> 2);
}

function fdtAt(memory: PhysicalMemory, address: bigint): FdtTree | undefined {
  const header = memory.read(address, 8);
  const size = header === undefined ? 0 : Number(getUint(header, 4, 32, 'big'));
  if (size < 8 || size > MAX_FDT_BYTES) return undefined;
  const bytes = memory.read(address, size);
  return bytes && readFdt(bytes).value;
}

/** What speaks for the FDT at `address` being a root; undefined if it is none. */
function candidateAt(
  memory: PhysicalMemory,
  address: bigint,
  { byteOrder, pageBytes }: LocateOptions,
): Candidate | undefined {
  const root = fdtAt(memory, address)?.root;
  if (root === undefined) return undefined;
  const compatible = compatiblesOf(root).find((each) => /^kho-v\d+$/.test(each));
  if (compatible === undefined) return undefined;
  let score = 1;
  const why = [`its root is ${compatible}`];
  if (RELEASES.some((release) => release.rootCompatible === compatible)) score += 1;
  const map = propertyOf(root, 'preserved-memory-map')?.value;
  if (map?.length === 8) {
    const at = getUint(map, 0, 64, byteOrder);
    if (at !== 0n && at % BigInt(pageBytes) === 0n && memory.read(at, pageBytes) !== undefined) {
      score += 2;
      why.push('its memory map is in the image');
    }
  }
  const pointers = root.children.flatMap(({ properties }) =>
    properties.filter(
      ({ name, value }) => (name === 'preserved-data' || name === 'fdt') && value.length === 8,
    ),
  );
  const known = pointers.filter(
    ({ value }) => memory.read(getUint(value, 0, 64, byteOrder), 1) !== undefined,
  );
  if (known.length > 0) {
    score += known.length / pointers.length;
    why.push(`${known.length} of ${pointers.length} blobs are in the image`);
  }
  if (root.children.length > pointers.length) {
    score += 1;
    why.push('it has nodes of drivers');
  }
  return { rootFdt: { address, sizeBytes: BigInt(pageBytes) }, score, why: why.join(', ') };
}

type Told = Pick<Candidate, 'rootFdt' | 'scratch' | 'scratchArray' | 'memCache'>;

/** x86: what the setup_data node at `address` points to. */
function fromSetupData(
  memory: PhysicalMemory,
  address: bigint,
  { byteOrder }: LocateOptions,
): Told | undefined {
  const head = memory.read(address, SETUP_DATA.sizeBytes);
  const length = head && Number(readStruct(SETUP_DATA, head, 0, byteOrder).len);
  const payload = length && memory.read(address + BigInt(SETUP_DATA.sizeBytes), length);
  if (!payload) return undefined;
  if (length === KHO_DATA_SEED.sizeBytes) {
    const value = readStruct(KHO_DATA_SEED, payload, 0, byteOrder);
    return {
      rootFdt: { address: value.dt_addr, sizeBytes: value.dt_size },
      scratch: [{ address: value.scratch_addr, sizeBytes: value.scratch_size }],
      memCache: { address: value.mem_cache_addr, sizeBytes: value.mem_cache_size },
    };
  }
  const value = readStruct(KHO_DATA, payload, 0, byteOrder);
  const array = { address: value.scratch_addr, sizeBytes: value.scratch_size };
  return told({ address: value.fdt_addr, sizeBytes: value.fdt_size }, array, memory, byteOrder);
}

function told(
  rootFdt: PhysRange,
  array: PhysRange,
  memory: PhysicalMemory,
  byteOrder: ByteOrder,
): Told {
  const scratch = readScratch(memory, array, byteOrder);
  const known = { rootFdt, scratchArray: array };
  return scratch === undefined ? known : { ...known, scratch };
}

/** Nodes that a machine may have, and two more regions. */
const MAX_REGIONS = 1026;

function readScratch(
  memory: PhysicalMemory,
  { address, sizeBytes }: PhysRange,
  order: ByteOrder,
): readonly PhysRange[] | undefined {
  const size = KHO_SCRATCH.sizeBytes;
  // As kho_populate() counts them.
  const count = Math.floor(Number(sizeBytes) / size);
  if (count < 1 || count > MAX_REGIONS) return undefined;
  const bytes = memory.read(address, count * size);
  if (bytes === undefined) return undefined;
  const regions = Array.from({ length: count }, (_, i) => {
    const region = readStruct(KHO_SCRATCH, bytes, i * size, order);
    return { address: region.addr, sizeBytes: region.size };
  });
  // Until the jump the array is elsewhere: kexec copies its segments to their places last.
  return regions.every(isPlausible) ? regions : undefined;
}

function isPlausible({ address, sizeBytes }: PhysRange): boolean {
  const isPaged = address % 4096n === 0n && sizeBytes % 4096n === 0n;
  return isPaged && address + sizeBytes < BigInt(PHYSICAL_ADDRESS_LIMIT);
}

/** Devicetree machines: /chosen of the tree at `address`; its values are big-endian. */
function fromChosen(
  memory: PhysicalMemory,
  address: bigint,
  { byteOrder }: LocateOptions,
): Told | undefined {
  const chosen = fdtAt(memory, address)?.root.children.find(({ name }) => name === 'chosen');
  const range = (...names: readonly string[]): PhysRange | undefined => {
    for (const name of names) {
      const value = chosen && propertyOf(chosen, name)?.value;
      // Two cells each for address and size, as every 64-bit machine has them.
      if (value?.length === 16)
        return { address: getUint(value, 0, 64, 'big'), sizeBytes: getUint(value, 8, 64, 'big') };
    }
    return undefined;
  };
  const rootFdt = range('linux,kho-fdt', 'linux,kho-dt');
  const scratch = range('linux,kho-scratch');
  const memCache = range('linux,kho-mem');
  if (rootFdt === undefined || scratch === undefined) return undefined;
  if (memCache !== undefined) return { rootFdt, scratch: [scratch], memCache };
  return told(rootFdt, scratch, memory, byteOrder);
}
