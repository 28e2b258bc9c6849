// What a real Linux 7.3.4 left for its successor, and what of a handover does not depend on chance
// or on where memory is, to compare others with it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type FdtNode, type FdtProperty, getUint } from '../../fdt/index.ts';
import {
  type AnyStruct,
  bytesSource,
  decodeHandover,
  type Handover,
  type HandoverImage,
  KHO_BLOCK_HEADER_SER,
  LUO_FILE_SER,
  LUO_SESSION_SER,
  type LuoState,
  MEMFD_LUO_FOLIO_SER,
  MEMFD_LUO_SER,
  readElfCore,
  readStruct,
  type Subtree,
} from '../../kho/index.ts';
import { testData } from '../support/tools.ts';

const CORE = 'kho-dumps/linux-7.3.4-x86_64/handover.core.gz';
const CONSOLE = 'kho-dumps/linux-7.3.4-x86_64/console.log';
const ROOT_FDT = { kind: 'in-memory', address: 0x27c000n, sizeBytes: 4096n } as const;

/** The recording; undefined, and the test is left out, where it is absent. */
export function recordedImage(t: TestContext): HandoverImage | undefined {
  const file = testData(t, CORE);
  if (file === undefined) return undefined;
  const core = readElfCore(bytesSource(gunzipSync(readFileSync(file))), 'core').value;
  assert.ok(core !== undefined);
  const { memory, byteOrder, architecture } = core;
  const shape = { byteOrder, architecture, pageSizeBytes: 4096 };
  return { memory, rootFdt: ROOT_FDT, scratch: undefined, ...shape };
}

/** Names of the subtrees that debugfs of a recorded kernel shows, sorted. */
export function recordedSubtrees(t: TestContext, folder: string): readonly string[] {
  const path = testData(t, `kho-dumps/linux-7.3.4-x86_64/${folder}`);
  return path === undefined ? [] : readdirSync(path).sort();
}

/** What drivers said in the second kernel of the recording. */
export function recordedLines(t: TestContext): readonly string[] {
  const file = testData(t, CONSOLE);
  if (file === undefined) return [];
  const [, second = ''] = readFileSync(file, 'utf8').split('KHO: found kexec handover data.');
  const lines = second.split(/\r?\n/).filter((line) => /^(test_kho|liveupdate test): /.test(line));
  assert.ok(lines.length > 0);
  return lines;
}

/** Properties that say where something is, or what was drawn: only their length is compared. */
const PLACES: ReadonlySet<string> = new Set(['preserved-memory-map', 'preserved-data', 'start']);
const CHANCE: ReadonlySet<string> = new Set(['csum']);
/** Where the first chunk of a struct kho_vmalloc is. */
const POINTER_BYTES = 8;
/** Fields of structs that are addresses end in this. */
const ADDRESS_FIELD = /_pa$/;
/** `7.3.4` is a 7.3 as far as the simulator is concerned. */
const STABLE_RELEASE = /^(\d+\.\d+)\.\d+$/;

/** A node with its properties and children in order; what is not compared is a length. */
function shapeOf({ name, properties, children }: FdtNode): unknown {
  return { name, properties: properties.map(shapeOfProperty), children: children.map(shapeOf) };
}

function shapeOfProperty({ name, value }: FdtProperty): unknown {
  if (PLACES.has(name) || CHANCE.has(name)) return [name, value.length];
  const skipped = name === 'folios_info' ? POINTER_BYTES : 0;
  return [name, value.length, [...value.subarray(skipped)]];
}

/** What a subsystem handed over: the same for all kernels that had the same to hand over. */
export function shapeOfSubtree({ name, sizeBytes, state, areas }: Subtree): unknown {
  return {
    name,
    sizeBytes,
    kind: state.kind,
    ...(state.kind === 'fdt' && { tree: shapeOf(state.tree.root) }),
    ...(state.kind === 'struct' && {
      fields: state.fields.map(({ name: field, value }) => {
        if (ADDRESS_FIELD.test(field)) return [field, value !== 0n];
        return [field, typeof value === 'string' ? value.replace(STABLE_RELEASE, '$1') : value];
      }),
    }),
    areas: areas.map(({ name: of, area }) => {
      const { totalPages, flags, order, blockCount, chunks, isWhole } = area;
      return { of, totalPages, flags, order, blockCount, chunks: chunks.length, isWhole };
    }),
  };
}

/**
 * All of a handover that does not depend on chance or on where memory is. Subsystems are in the
 * order of their names: which of two initcalls of a level is first is the linker's to say.
 */
export function shapeOfHandover(handover: Handover): unknown {
  const { root, subtrees, preserved, luo, contents, owners, issues } = handover;
  assert.ok(root !== undefined);
  const { properties, children } = root.tree.root;
  return {
    root: { properties: properties.map(shapeOfProperty), children: byName(children).map(shapeOf) },
    subtrees: byName(subtrees).map(shapeOfSubtree),
    orders: preserved?.orders,
    isWhole: preserved?.isWhole,
    luo: luo && shapeOfLuo(luo),
    contents: byName(contents).map(({ name, what, sizeBytes }) => ({ name, what, sizeBytes })),
    folios: testFolioOrders(handover),
    owners: byName(owners),
    issues,
  };
}

function byName<Named extends { readonly name: string }>(all: readonly Named[]): Named[] {
  return [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function shapeOfLuo({ compatible, liveupdateNumber, sessions, flbs, isWhole }: LuoState): unknown {
  return {
    ...{ compatible, liveupdateNumber, flbs, isWhole },
    sessions: sessions.map(({ name, files }) => ({
      name,
      files: files.map(({ compatible: of, token, memfd }) => {
        const { extents: _where, ...rest } = memfd ?? { extents: undefined };
        return { of, token, ...rest };
      }),
    })),
  };
}

/** Orders of the folios of lib/test_kho.c, in the order in which it allocated them. */
export function testFolioOrders({ contents, subtrees }: Handover): number[] {
  const count = testFolioCount(subtrees);
  const list = contents.find(({ name }) => name === 'kho_test/data/folios_info');
  const bytes = list?.read(0, count * 8);
  assert.ok(bytes !== undefined);
  // The entry of a folio is its address, with the order in the bits that no address has.
  return Array.from({ length: count }, (_, i) =>
    Number(getUint(bytes, i * 8, 64, 'little') & 0xfffn),
  );
}

function testFolioCount(subtrees: readonly Subtree[]): number {
  const state = subtrees.find(({ name }) => name === 'kho_test')?.state;
  assert.ok(state?.kind === 'fdt');
  const data = state.tree.root.children.find(({ name }) => name === 'data');
  const property = data?.properties.find(({ name }) => name === 'nr_folios');
  assert.ok(property !== undefined);
  return Number(getUint(property.value, 0, 32, 'little'));
}

/** The structs of the first session, its memfds and their lists of folios, without addresses. */
export function luoStructs(image: HandoverImage): unknown {
  const { luo } = decodeHandover(image);
  const session = luo?.sessions[0];
  assert.ok(luo !== undefined && session !== undefined);
  const { files, ...rest } = structAt(image, LUO_SESSION_SER as AnyStruct, session.address);
  const block = Number(files);
  const header = structAt(image, KHO_BLOCK_HEADER_SER as AnyStruct, block);
  const entries = session.files.map((_, index) =>
    luoFileAt(image, block + KHO_BLOCK_HEADER_SER.sizeBytes + index * LUO_FILE_SER.sizeBytes),
  );
  return { number: luo.liveupdateNumber, session: rest, header, entries };
}

function luoFileAt(image: HandoverImage, address: number): unknown {
  const { data, ...file } = structAt(image, LUO_FILE_SER as AnyStruct, address);
  const struct = MEMFD_LUO_SER as AnyStruct;
  const { 'folios.first': first, ...memfd } = structAt(image, struct, Number(data));
  const count = Number(memfd.nr_folios);
  assert.ok(count <= ENTRIES_IN_PAGE, 'a list of one page');
  // Behind the chunk's header: where that page is.
  const list = count === 0 ? 0 : Number(wordAt(image, Number(first) + POINTER_BYTES));
  const folios = Array.from({ length: count }, (_, i) => {
    const at = list + i * MEMFD_LUO_FOLIO_SER.sizeBytes;
    const { pfn, ...rest } = structAt(image, MEMFD_LUO_FOLIO_SER as AnyStruct, at);
    return { isThere: pfn !== 0n, ...rest };
  });
  return { file, memfd, hasList: first !== 0n, folios };
}

const ENTRIES_IN_PAGE: number = 4096 / MEMFD_LUO_FOLIO_SER.sizeBytes;

function structAt(
  { memory }: HandoverImage,
  struct: AnyStruct,
  at: number,
): Readonly<Record<string, unknown>> {
  const bytes = memory.read(BigInt(at), struct.sizeBytes);
  assert.ok(bytes !== undefined);
  return readStruct(struct, bytes, 0, 'little');
}

function wordAt({ memory }: HandoverImage, at: number): bigint {
  const bytes = memory.read(BigInt(at), 8);
  assert.ok(bytes !== undefined);
  return getUint(bytes, 0, 64, 'little');
}
