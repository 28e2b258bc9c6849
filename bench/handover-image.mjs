// Writes the core of a machine that is about to hand over: Linux 7.3, four nodes, one memfd in each
// of 64 sessions. The file holds what a decoder reads; of all other memory there are segments only.
//   node bench/handover-image.mjs OUT [--folios N] [--ram BYTES] [--longest-run N] [--seed N]
// Prints the address of the root FDT, so that inspecting need not search for it.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadKho } from './load-kho.mjs';
import { layOut, numbers, runsOf, shuffled } from './machine-pattern.mjs';

const PAGE_BYTES = 4096;
const CHUNK_PAGES = 512;
const SESSIONS = 64;
const SCRATCH_BYTES = 256 << 20;
const MACHINE = { pageBytes: PAGE_BYTES, byteOrder: 'little' };

/** Pages that are written, taken from chunks of 2 MiB that lie anywhere in the kernel's memory. */
class WrittenMemory {
  chunks = [];
  #nodes;
  #next;
  #taken = new Set();

  constructor(nodes, seed) {
    this.#nodes = nodes;
    this.#next = numbers(seed);
  }

  /** Gives pages one by one; those of one giver share their chunks with nobody. */
  giver() {
    let used = CHUNK_PAGES;
    let chunk;
    return () => {
      if (used === CHUNK_PAGES) {
        chunk = this.#newChunk();
        used = 0;
      }
      const at = used++ * PAGE_BYTES;
      return { address: chunk.address + at, bytes: chunk.bytes.subarray(at, at + PAGE_BYTES) };
    };
  }

  #newChunk() {
    const { kernel, end } = this.#nodes[this.#next(this.#nodes.length)];
    const pfn = kernel + this.#next((end - kernel) / CHUNK_PAGES) * CHUNK_PAGES;
    if (this.#taken.has(pfn)) return this.#newChunk();
    this.#taken.add(pfn);
    const chunk = { address: pfn * PAGE_BYTES, bytes: new Uint8Array(CHUNK_PAGES * PAGE_BYTES) };
    this.chunks.push(chunk);
    return chunk;
  }
}

/** Writes the core to `out` and returns the address of its root FDT and how large it all is. */
export async function writeHandoverImage(out, { folios, ramBytes, longestRun = 512, seed = 1 }) {
  const kho = await loadKho();
  const nodes = layOut(ramBytes);
  const memory = new WrittenMemory(nodes, seed);
  const give = memory.giver();
  const kernelBlocks = [];
  const preserve = () => {
    const page = give();
    kernelBlocks.push({ pfn: page.address / PAGE_BYTES, order: 0 });
    return page;
  };
  const root = preserve();
  const runs = runsOf(folios, nodes, longestRun, seed);
  const luo = writeLuo(kho, runs, preserve, seed);
  const metadata = writeMetadata(kho, preserve);
  const map = kho.writeRadixTree(blocksOf(runs, kernelBlocks), {
    ...MACHINE,
    place: memory.giver(),
  });
  const source = `/dts-v1/;
    / {
      compatible = "kho-v4";
      preserved-memory-map = /bits/ 64 <${map}>;
      LUO { preserved-data = /bits/ 64 <${luo.address}>; blob-size = /bits/ 64 <${luo.size}>; };
      kexec-metadata {
        preserved-data = /bits/ 64 <${metadata.address}>;
        blob-size = /bits/ 64 <${metadata.size}>;
      };
    };`;
  const parsed = kho.parseDts({ path: 'root.dts', text: source });
  root.bytes.set(kho.writeFdt(kho.compileDts(parsed.value, { byteOrder: 'little' }).value));
  writeBootData(kho, root, nodes, memory.giver());
  writeCore(kho, out, nodes, memory.chunks);
  return { root: root.address, runCount: runs.pfn.length };
}

/** All preserved blocks, by order and address as the bitmaps have them. */
function* blocksOf({ pfn, count, order }, kernelBlocks) {
  yield* kernelBlocks.sort((a, b) => a.pfn - b.pfn);
  for (let wanted = 0; wanted < 10; wanted++)
    for (let run = 0; run < pfn.length; run++) {
      if (order[run] !== wanted) continue;
      for (let i = 0; i < count[run]; i++) yield { pfn: pfn[run] + i * 2 ** wanted, order: wanted };
    }
}

/** Deals the runs to the memfds in an order of chance, and writes what LUO says of them. */
function writeLuo(kho, { pfn, count, order }, preserve, seed) {
  const dealt = shuffled(pfn.length, seed);
  const options = { ...MACHINE, place: preserve };
  const sessions = [];
  for (let session = 0; session < SESSIONS; session++) {
    const from = Math.floor((dealt.length * session) / SESSIONS);
    const own = dealt.subarray(from, Math.floor((dealt.length * (session + 1)) / SESSIONS));
    const array = new FolioArray(preserve);
    for (const run of own)
      for (let i = 0; i < count[run]; i++) array.add(pfn[run] + i * 2 ** order[run], order[run]);
    const data = writeMemfd(kho, array, preserve);
    const files = [{ compatible: 'memfd-v2', data: BigInt(data), token: BigInt(session) }];
    const at = kho.writeBlockList(kho.LUO_FILE_SER, files, options);
    sessions.push({ name: `vm-${session}`, files: BigInt(at), count: 1n });
  }
  const at = kho.writeBlockList(kho.LUO_SESSION_SER, sessions, options);
  const { address, bytes } = preserve();
  const value = { compatible: 'luo-v5', liveupdate_num: 1n, sessions_pa: BigInt(at) };
  bytes.set(kho.writeStruct(kho.LUO_SER, value, 'little'));
  return { address, size: kho.LUO_SER.sizeBytes };
}

/** The array of struct memfd_luo_folio_ser, filled page by page. */
class FolioArray {
  pages = [];
  folioCount = 0;
  filePages = 0;
  #place;
  #view;
  #at = PAGE_BYTES;

  constructor(place) {
    this.#place = place;
  }

  add(pfn, order) {
    if (this.#at === PAGE_BYTES) {
      const { address, bytes } = this.#place();
      this.pages.push(address / PAGE_BYTES);
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, PAGE_BYTES);
      this.#at = 0;
    }
    const dirtyAndUptodate = 3 << 20;
    this.#view.setUint32(this.#at, pfn >>> 0, true);
    this.#view.setUint32(this.#at + 4, Math.floor(pfn / 2 ** 32) | dirtyAndUptodate, true);
    this.#view.setUint32(this.#at + 8, this.filePages, true);
    this.#at += 16;
    this.folioCount += 1;
    this.filePages += 2 ** order;
  }
}

function writeMemfd(kho, { pages, folioCount, filePages }, preserve) {
  const area = kho.writeVmallocArea(pages, { ...MACHINE, place: preserve });
  const head = { size: BigInt(filePages * PAGE_BYTES), nr_folios: BigInt(folioCount) };
  const struct = kho.writeStruct(kho.MEMFD_LUO_SER, head, 'little');
  struct.set(area, struct.length - area.length);
  const { address, bytes } = preserve();
  bytes.set(struct);
  return address;
}

function writeMetadata(kho, preserve) {
  const { address, bytes } = preserve();
  const value = { version: 1n, previous_release: '7.3.0', kexec_count: 1n };
  bytes.set(kho.writeStruct(kho.KEXEC_METADATA, value, 'little'));
  return { address, size: kho.KEXEC_METADATA.sizeBytes };
}

/** setup_data, and the scratch regions that it points to: low, anywhere, and one a node. */
function writeBootData(kho, root, nodes, give) {
  const starts = [nodes[0].start + 4096, ...nodes.map(({ start }) => start + 73728)].map(
    (pfn) => pfn * PAGE_BYTES,
  );
  const array = give();
  for (const [i, address] of starts.entries())
    array.bytes.set(
      kho.writeStruct(
        kho.KHO_SCRATCH,
        { addr: BigInt(address), size: BigInt(SCRATCH_BYTES) },
        'little',
      ),
      i * kho.KHO_SCRATCH.sizeBytes,
    );
  const setup = give();
  const head = { type: 10n, len: BigInt(kho.KHO_DATA.sizeBytes) };
  setup.bytes.set(kho.writeStruct(kho.SETUP_DATA, head, 'little'));
  const data = {
    fdt_addr: BigInt(root.address),
    fdt_size: BigInt(PAGE_BYTES),
    scratch_addr: BigInt(array.address),
    scratch_size: BigInt(starts.length * kho.KHO_SCRATCH.sizeBytes),
  };
  setup.bytes.set(kho.writeStruct(kho.KHO_DATA, data, 'little'), kho.SETUP_DATA.sizeBytes);
}

/** Chunks with their bytes, then each node without: of what overlaps, the first counts. */
function writeCore(kho, out, nodes, chunks) {
  const segments = [
    ...chunks.map(({ address, bytes }) => ({
      address: BigInt(address),
      sizeBytes: BigInt(bytes.length),
    })),
    ...nodes.map(({ start, end }) => ({
      address: BigInt(start * PAGE_BYTES),
      sizeBytes: 0n,
      memoryBytes: BigInt((end - start) * PAGE_BYTES),
    })),
  ];
  const options = {
    architecture: 'x86_64',
    byteOrder: 'little',
    pageSizeBytes: PAGE_BYTES,
    osRelease: '7.3.0',
  };
  const { header, offsets } = kho.elfCoreHeader(segments, options);
  const file = openSync(out, 'w');
  writeSync(file, header, 0, header.length, 0);
  for (const [i, { bytes }] of chunks.entries())
    writeSync(file, bytes, 0, bytes.length, offsets[i]);
  ftruncateSync(file, offsets[chunks.length - 1] + CHUNK_PAGES * PAGE_BYTES);
  closeSync(file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      folios: { type: 'string', default: '10000000' },
      ram: { type: 'string', default: String(2 ** 40) },
      'longest-run': { type: 'string', default: '512' },
      seed: { type: 'string', default: '1' },
    },
  });
  const { root, runCount } = await writeHandoverImage(positionals[0] ?? 'build/bench/image.elf', {
    folios: Number(values.folios),
    ramBytes: Number(values.ram),
    longestRun: Number(values['longest-run']),
    seed: Number(values.seed),
  });
  console.log(`--root 0x${root.toString(16)}  (${runCount} runs)`);
}
