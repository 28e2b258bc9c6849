// What the Live Update Orchestrator hands over, laid out as each of its versions does.
import assert from 'node:assert/strict';
import {
  LUO_FILE_SER,
  LUO_FLB_HEADER_SER,
  LUO_FLB_SER,
  LUO_LAYOUTS,
  LUO_SER,
  LUO_SER_V2,
  LUO_SESSION_HEADER_SER,
  LUO_SESSION_SER,
  type LuoLayout,
  MEMFD_LUO_FOLIO_SER,
  MEMFD_LUO_SER,
  MEMFD_LUO_SER_V1,
  type Release,
  writeBlockList,
  writeStruct,
  writeVmallocArea,
} from '../../kho/index.ts';
import type { MachineMemory, Placed } from './machine-memory.ts';

/** A session and the memfds in it; a file without folios is of a handler that nobody knows. */
export interface SessionPlan {
  readonly name: string;
  readonly files: readonly FilePlan[];
}

export interface FilePlan {
  readonly token: number;
  /** Of the whole file, holes included. */
  readonly pages?: number;
  /** Ascending: page of the file, and the order of the block that holds it and those after. */
  readonly folios?: readonly { readonly index: number; readonly order: number }[];
}

export const SESSIONS: readonly SessionPlan[] = [
  {
    name: 'vm-1',
    files: [
      {
        token: 0x1a,
        pages: 12,
        folios: [
          { index: 0, order: 0 },
          { index: 1, order: 0 },
          { index: 4, order: 2 },
          { index: 9, order: 0 },
        ],
      },
      { token: 0x1b, pages: 0, folios: [] },
      { token: 2, pages: 1, folios: [{ index: 0, order: 0 }] },
    ],
  },
  { name: 'vm-2', files: [{ token: 0xffff_ffff }] },
  { name: 'empty', files: [] },
];

export const LIVEUPDATE_NUMBER = 3n;
const FLBS = [
  { name: 'iommu-v1', data: 0n, count: 2n },
  { name: 'pci-v1', data: 0n, count: 1n },
];

export interface BuiltLuo {
  /** The blob of the subtree; undefined if it is an FDT, whose source `tree` is. */
  readonly blob?: Uint8Array;
  readonly tree?: string;
  /** What each memfd holds, by the name of the content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Writes all that LUO hands over but its blob, for which there is only one place to know. */
export function buildLuo(
  release: Release,
  compatible: string,
  sessions: readonly SessionPlan[],
  memory: MachineMemory,
): BuiltLuo {
  const layout = LUO_LAYOUTS.find((each) => each.compatible === compatible);
  assert.ok(layout !== undefined, compatible);
  const part = (name: string): string | undefined =>
    release.formats.find((each) => each.name === `LUO/${name}`)?.format;
  const flb = part('flb');
  const files = new Map<string, Uint8Array>();
  const written = sessions.map((session) => writeSession(session, layout, release, files, memory));
  const sessionsAt =
    layout.sessions === 'blocks'
      ? writeBlockList(LUO_SESSION_SER, written, optionsOf(memory))
      : writeSessionArray(written, memory);
  const hasFlbs = layout.root !== 'fdt' || flb !== undefined;
  const flbsAt = hasFlbs ? writeFlbs(memory) : 0;
  const value = {
    liveupdate_num: LIVEUPDATE_NUMBER,
    sessions_pa: BigInt(sessionsAt),
    flbs_pa: BigInt(flbsAt),
  };
  if (layout.root === 'struct')
    return { files, blob: writeStruct(LUO_SER, { compatible, ...value }, memory.byteOrder) };
  if (layout.root === 'fdt-and-struct') {
    const { address, bytes } = memory.preserve();
    bytes.set(writeStruct(LUO_SER_V2, value, memory.byteOrder));
    const tree = `compatible = "${compatible}"; luo-abi-header = /bits/ 64 <${address}>;`;
    return { files, tree };
  }
  const tree = `compatible = "${compatible}";
    liveupdate-number = /bits/ 64 <${LIVEUPDATE_NUMBER}>;
    luo-session {
      compatible = "${part('session')}";
      luo-session-header = /bits/ 64 <${sessionsAt}>;
    };
    ${flb === undefined ? '' : `luo-flb { compatible = "${flb}"; luo-flb-header = /bits/ 64 <${flbsAt}>; };`}`;
  return { files, tree };
}

function optionsOf(memory: MachineMemory) {
  const { pageBytes, byteOrder } = memory;
  return { pageBytes, byteOrder, place: (): Placed => memory.preserve() };
}

function writeSession(
  { name, files }: SessionPlan,
  layout: LuoLayout,
  release: Release,
  contents: Map<string, Uint8Array>,
  memory: MachineMemory,
) {
  const memfd = release.formats.find((each) => each.name === 'LUO/memfd');
  assert.ok(memfd !== undefined);
  const written = files.map((file) => {
    const token = BigInt(file.token);
    if (file.folios === undefined) return { compatible: 'vfio-pci-v1', data: 42n, token };
    const { address, bytes } = writeMemfd(file, memfd.format, memory);
    contents.set(`LUO/${name}/0x${file.token.toString(16)}`, bytes);
    return { compatible: memfd.format, data: BigInt(address), token };
  });
  let at = 0;
  if (layout.files === 'blocks') at = writeBlockList(LUO_FILE_SER, written, optionsOf(memory));
  else if (files.length > 0) {
    const array = memory.preserve(2);
    at = array.address;
    for (const [i, file] of written.entries())
      array.bytes.set(
        writeStruct(LUO_FILE_SER, file, memory.byteOrder),
        i * LUO_FILE_SER.sizeBytes,
      );
  }
  return { name, files: BigInt(at), count: BigInt(files.length) };
}

/** What is written for a memfd; `bytes` are those of the file. */
function writeMemfd({ pages = 0, folios = [] }: FilePlan, format: string, memory: MachineMemory) {
  const { pageBytes, byteOrder } = memory;
  const bytes = new Uint8Array(pages * pageBytes);
  const size = MEMFD_LUO_FOLIO_SER.sizeBytes;
  // An area has at least a page, be the file as empty as it may.
  const count = Math.max(1, Math.ceil((folios.length * size) / pageBytes));
  const array = Array.from({ length: count }, () => memory.preserve());
  for (const [i, { index, order }] of folios.entries()) {
    const block = memory.preserve(order);
    for (let at = 0; at < block.bytes.length; at++) block.bytes[at] = (at * 7 + index + i) & 0xff;
    bytes.set(block.bytes.subarray(0, bytes.length - index * pageBytes), index * pageBytes);
    const entry = { pfn: BigInt(block.address / pageBytes), flags: 3n, index: BigInt(index) };
    const perPage = pageBytes / size;
    array[Math.floor(i / perPage)]?.bytes.set(
      writeStruct(MEMFD_LUO_FOLIO_SER, entry, byteOrder),
      (i % perPage) * size,
    );
  }
  const blocks = array.map(({ address }) => address / pageBytes);
  const area = writeVmallocArea(blocks, optionsOf(memory));
  const head = { pos: 5n, size: BigInt(bytes.length), nr_folios: BigInt(folios.length) };
  const isFirst = format === 'memfd-v1';
  const struct = isFirst
    ? writeStruct(MEMFD_LUO_SER_V1, head, byteOrder)
    : writeStruct(MEMFD_LUO_SER, { ...head, seals: 2n }, byteOrder);
  struct.set(area, struct.length - area.length);
  const placed = memory.preserve();
  placed.bytes.set(struct);
  return { address: placed.address, bytes };
}

function writeSessionArray(
  sessions: readonly Parameters<typeof writeStruct<'files' | 'count', 'name'>>[1][],
  memory: MachineMemory,
): number {
  const { byteOrder } = memory;
  const { address, bytes } = memory.preserve(4);
  bytes.set(writeStruct(LUO_SESSION_HEADER_SER, { count: BigInt(sessions.length) }, byteOrder));
  for (const [i, session] of sessions.entries())
    bytes.set(
      writeStruct(LUO_SESSION_SER, session, byteOrder),
      LUO_SESSION_HEADER_SER.sizeBytes + i * LUO_SESSION_SER.sizeBytes,
    );
  return address;
}

function writeFlbs(memory: MachineMemory): number {
  const { byteOrder } = memory;
  const { address, bytes } = memory.preserve();
  const head = { pgcnt: 1n, count: BigInt(FLBS.length) };
  bytes.set(writeStruct(LUO_FLB_HEADER_SER, head, byteOrder));
  for (const [i, flb] of FLBS.entries())
    bytes.set(
      writeStruct(LUO_FLB_SER, flb, byteOrder),
      LUO_FLB_HEADER_SER.sizeBytes + i * LUO_FLB_SER.sizeBytes,
    );
  return address;
}
