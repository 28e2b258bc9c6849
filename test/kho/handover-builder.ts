// Whole handovers, valid in every way, of any release that points to its blobs. Written by the
// counterparts of the kernel's own functions, so that they are what a kernel would have left.
import assert from 'node:assert/strict';
import { type ByteOrder, compileDts, hasErrors, parseDts, writeFdt } from '../../fdt/index.ts';
import {
  type HandoverImage,
  isInReleases,
  KEXEC_METADATA,
  KHO_DATA,
  KHO_SCRATCH,
  type MemoryPiece,
  type Release,
  SETUP_DATA,
  sparseMemory,
  writeBitmaps,
  writeRadixTree,
  writeStruct,
  writeVmallocArea,
} from '../../kho/index.ts';
import { buildLuo, SESSIONS, type SessionPlan } from './luo-builder.ts';
import { type Block, MachineMemory, type Placed } from './machine-memory.ts';
import { SHIPPED } from './shipped-bindings.ts';

export interface HandoverPlan {
  readonly release: Release;
  readonly pageBytes?: number;
  readonly byteOrder?: ByteOrder;
  /** A version of LUO that no release has: luo-v2 to luo-v4. */
  readonly luo?: string;
  readonly sessions?: readonly SessionPlan[];
  /** What writes the image may say so: 7.1 and later. */
  readonly writer?: string;
}

export interface BuiltHandover {
  readonly image: HandoverImage;
  readonly pieces: readonly MemoryPiece[];
  readonly blocks: readonly Block[];
  /** By the name of the content, what must be in it. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

const RESERVED_PAGES = 5;
const KHO_TEST_ORDERS = [0, 3, 1];

/** A handover of all that in-tree users of the release hand over. */
export function buildHandover(plan: HandoverPlan): BuiltHandover {
  const { release, pageBytes = 4096, byteOrder = 'little', sessions = SESSIONS } = plan;
  assert.ok(release.subtrees.kind === 'by-reference', `${release.name} has blobs`);
  const memory = new MachineMemory(pageBytes, byteOrder);
  const root = memory.preserve();
  const contents = new Map<string, Uint8Array>();
  const blobs = new Map<string, Uint8Array>();
  const fdt = (body: string): Uint8Array => compiled(body, byteOrder);
  const region = memory.preserveInRow(RESERVED_PAGES * pageBytes);
  for (let i = 0; i < region.bytes.length; i++) region.bytes[i] = (i * 13) & 0xff;
  contents.set('memblock/trace', region.bytes);
  blobs.set('memblock', fdt(memblockBody(region)));
  if (isInReleases(release.name, ['6.18..'])) {
    const { body, folios } = khoTest(memory);
    blobs.set('kho_test', fdt(body));
    contents.set('kho_test/data/folios_info', folios);
  }
  const format = release.formats.find(({ name }) => name === 'LUO')?.format;
  const luo = plan.luo ?? format;
  if (luo !== undefined) {
    const built = buildLuo(release, luo, sessions, memory);
    blobs.set('LUO', built.blob ?? fdt(built.tree ?? ''));
    for (const [name, bytes] of built.files) contents.set(name, bytes);
  }
  if (release.formats.some(({ name }) => name === 'kexec-metadata'))
    blobs.set('kexec-metadata', metadata(plan.writer ?? `${release.name}.0`, byteOrder));
  const nodes = [...blobs].map(([name, bytes]) => subtreeNode(name, bytes, release, memory));
  const map = writeMap(release, memory);
  root.bytes.set(
    fdt(`compatible = "${release.rootCompatible}";
      ${release.memoryMap.property} = /bits/ 64 <${map}>;
      ${nodes.join('\n')}`),
  );
  placeBootData(root, memory);
  return { image: imageOf(root, memory), pieces: memory.pieces, blocks: memory.blocks, contents };
}

function imageOf({ address }: Placed, memory: MachineMemory): HandoverImage {
  const { pageBytes, byteOrder, scratch, ram, numaNodes } = memory;
  return {
    memory: sparseMemory(memory.pieces),
    rootFdt: { kind: 'in-memory', address: BigInt(address), sizeBytes: BigInt(pageBytes) },
    scratch,
    ram,
    numaNodes,
    architecture: pageBytes === 4096 && byteOrder === 'little' ? 'x86_64' : 'arm64',
    byteOrder,
    pageSizeBytes: pageBytes,
  };
}

/** The blob of a root node with `body`. */
function compiled(body: string, byteOrder: ByteOrder): Uint8Array {
  const parsed = parseDts({ path: 'built.dts', text: `/dts-v1/;\n/ {\n${body}\n};\n` });
  const { value, issues } = compileDts(parsed.value, { byteOrder, layoutOf: SHIPPED.layoutOf });
  assert.ok(!hasErrors([...parsed.issues, ...issues]), body);
  return writeFdt(value);
}

function memblockBody({ address, bytes }: Placed): string {
  return `compatible = "memblock-v1";
    trace {
      compatible = "reserve-mem-v1";
      start = /bits/ 64 <${address}>;
      size = /bits/ 64 <${bytes.length}>;
    };`;
}

/** lib/test_kho.c: folios, and a vmalloc area that lists them with their orders. */
function khoTest(memory: MachineMemory): { body: string; folios: Uint8Array } {
  const { pageBytes, byteOrder } = memory;
  const array = memory.preserve();
  const view = new DataView(array.bytes.buffer);
  for (const [i, order] of KHO_TEST_ORDERS.entries()) {
    const { address } = memory.preserve(order);
    view.setBigUint64(i * 8, BigInt(address + order), byteOrder === 'little');
  }
  const place = (): Placed => memory.preserve();
  const area = writeVmallocArea([array.address / pageBytes], { pageBytes, byteOrder, place });
  const bytes = Buffer.from(area).toString('hex');
  const body = `compatible = "kho-test-v1";
    magic = /bits/ 32 <0x4b484f21>;
    data {
      nr_folios = /bits/ 32 <${KHO_TEST_ORDERS.length}>;
      folios_info = [${bytes}];
      csum = /bits/ 32 <7>;
    };`;
  return { body, folios: array.bytes };
}

function metadata(previous_release: string, byteOrder: ByteOrder): Uint8Array {
  return writeStruct(KEXEC_METADATA, { version: 1n, previous_release, kexec_count: 2n }, byteOrder);
}

function subtreeNode(
  name: string,
  blob: Uint8Array,
  { subtrees }: Release,
  memory: MachineMemory,
): string {
  assert.ok(subtrees.kind === 'by-reference');
  const { address, bytes } = memory.preserve();
  bytes.set(blob);
  const { addressProperty, sizeProperty } = subtrees;
  const size = sizeProperty === undefined ? '' : `${sizeProperty} = /bits/ 64 <${blob.length}>;`;
  return `${name} { ${addressProperty} = /bits/ 64 <${address}>; ${size} };`;
}

function writeMap({ memoryMap }: Release, memory: MachineMemory): number {
  const { blocks, pageBytes, byteOrder } = memory;
  if (memoryMap.kind === 'radix-tree')
    return writeRadixTree(blocks, { pageBytes, byteOrder, place: () => memory.placeMap() });
  assert.ok(memoryMap.kind === 'bitmaps');
  const bitmapBytes = memoryMap.bitmapBytes === 'page' ? pageBytes : memoryMap.bitmapBytes;
  return writeBitmaps(blocks, {
    pageBytes,
    byteOrder,
    bitmapBytes,
    placeChunk: () => memory.placeMap(),
    placeBitmap: () => memory.placeMap(bitmapBytes),
  });
}

/** What kexec leaves for the second kernel to begin with: setup_data of x86, or a devicetree. */
function placeBootData(root: Placed, memory: MachineMemory): void {
  const { byteOrder, pageBytes } = memory;
  const array = Buffer.concat(
    memory.scratch.map(({ address, sizeBytes }) =>
      writeStruct(KHO_SCRATCH, { addr: address, size: sizeBytes }, byteOrder),
    ),
  );
  const scratch = memory.placeBoot(array);
  const data = {
    fdt_addr: BigInt(root.address),
    fdt_size: BigInt(pageBytes),
    scratch_addr: BigInt(scratch.address),
    scratch_size: BigInt(array.length),
  };
  const head = { next: 0n, type: 10n, len: BigInt(KHO_DATA.sizeBytes) };
  memory.placeBoot(
    Buffer.concat([
      writeStruct(SETUP_DATA, head, byteOrder),
      writeStruct(KHO_DATA, data, byteOrder),
    ]),
  );
  const chosen = `chosen {
    linux,kho-fdt = /bits/ 64 <${root.address} ${pageBytes}>;
    linux,kho-scratch = /bits/ 64 <${scratch.address} ${array.length}>;
  };`;
  memory.placeBoot(compiled(chosen, 'big'));
}
