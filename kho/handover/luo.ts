// What the Live Update Orchestrator hands over: kernel/liveupdate/luo_*.c,
// include/linux/kho/abi/luo.h. Versions luo-v1 to luo-v5 differ in where things are, not in what
// a session and a file are.
import { childOf, type FdtTree, getUint, propertyOf } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import {
  FILE_ARRAY_PAGES,
  LUO_FILE_SER,
  LUO_FLB_HEADER_SER,
  LUO_FLB_SER,
  LUO_LAYOUTS,
  LUO_SER,
  LUO_SER_V2,
  LUO_SESSION_HEADER_SER,
  LUO_SESSION_SER,
  type LuoLayout,
  SESSION_ARRAY_PAGES,
} from '../structs/index.ts';
import { entriesInPage, readStruct } from '../structs/struct.ts';
import type { Claims } from './claims.ts';
import type { Decoding } from './decoding.ts';
import { type Entries, type Entry, readArray, readBlockList } from './entries.ts';
import { isMemfd, type Memfd, readMemfd } from './memfd.ts';
import { LUO_MALFORMED, STRUCT_TEXT } from './rules.ts';

export interface LuoState {
  /** `luo-v5`. */
  readonly compatible: string;
  /** Live updates so far, this one included. */
  readonly liveupdateNumber: bigint;
  readonly sessions: readonly LuoSession[];
  readonly flbs: readonly LuoFlb[];
  /** False if some of it could not be read or believed. */
  readonly isWhole: boolean;
}

export interface LuoSession {
  readonly name: string;
  readonly address: number;
  readonly files: readonly LuoFile[];
}

export interface LuoFile {
  /** `LUO/test-session/0x1a`. */
  readonly name: string;
  readonly compatible: string;
  readonly token: bigint;
  /** The handler's own. */
  readonly data: bigint;
  /** Present if the file is a memfd that could be read. */
  readonly memfd?: Memfd;
}

export interface LuoFlb {
  readonly name: string;
  readonly data: bigint;
  /** Files that depend on it. */
  readonly count: bigint;
}

/** The subtree's name, and the first part of the names of what is in it. */
const LUO = 'LUO';
/** Files of all sessions that are read. */
const MAX_FILES = 100_000;

/** Where the parts of LUO's state are. */
interface LuoRoot {
  readonly layout: LuoLayout;
  readonly liveupdateNumber: bigint;
  /** 0 where there are none. */
  readonly sessions: bigint;
  readonly flbs: bigint;
}

/**
 * Reads LUO's state from the blob of its subtree at `address`: an FDT (`tree`) before luo-v3, a
 * struct from then on. Undefined, with the reason reported, if its version is not known.
 */
export function readLuo(
  blob: { readonly bytes: Uint8Array; readonly tree?: FdtTree; readonly address: number },
  claims: Claims,
  decoding: Decoding,
): LuoState | undefined {
  const root =
    blob.tree === undefined
      ? rootOfStruct(blob.bytes, blob.address, decoding)
      : rootOfFdt(blob.tree, blob.address, claims, decoding);
  if (root === undefined) return undefined;
  const found = readSessions(root, claims, decoding);
  const names = new Set<string>();
  let fileCount = 0;
  const sessions = found.entries.map((entry): LuoSession => {
    const { name } = entry.value;
    checkText(name, 64, `the name of a session`, entry.address, decoding);
    if (names.has(name))
      decoding.report(LUO_MALFORMED, { address: entry.address }, `two sessions are called ${name}`);
    names.add(name);
    const files = fileCount < MAX_FILES ? readFiles(entry, root.layout, claims, decoding) : [];
    fileCount += files.length;
    return { name, address: entry.address, files };
  });
  const flbs = readFlbs(root.flbs, claims, decoding);
  return {
    compatible: root.layout.compatible,
    liveupdateNumber: root.liveupdateNumber,
    sessions,
    flbs: flbs ?? [],
    isWhole: found.isWhole && flbs !== undefined,
  };
}

function layoutOf(compatible: string, address: number, decoding: Decoding): LuoLayout | undefined {
  const layout = LUO_LAYOUTS.find((each) => each.compatible === compatible);
  if (layout !== undefined) return layout;
  const known = LUO_LAYOUTS.map((each) => each.compatible).join(', ');
  const printable = /^[\x20-\x7e]*$/.test(compatible) ? `"${compatible}"` : 'no text at all';
  decoding.report(
    LUO_MALFORMED,
    { address, of: LUO },
    `the compatible of LUO is ${printable}; known are ${known}`,
    { help: 'a kernel that is handed another version than its own panics' },
  );
  return undefined;
}

function rootOfStruct(bytes: Uint8Array, address: number, decoding: Decoding): LuoRoot | undefined {
  if (bytes.length < LUO_SER.sizeBytes) {
    const message = `LUO has ${bytes.length} bytes and needs ${LUO_SER.sizeBytes}`;
    decoding.report(LUO_MALFORMED, { address, of: LUO }, message);
    return undefined;
  }
  const value = readStruct(LUO_SER, bytes, 0, decoding.byteOrder);
  const layout = layoutOf(value.compatible, address, decoding);
  if (layout === undefined) return undefined;
  const { liveupdate_num, sessions_pa, flbs_pa } = value;
  return { layout, liveupdateNumber: liveupdate_num, sessions: sessions_pa, flbs: flbs_pa };
}

function rootOfFdt(
  { root }: FdtTree,
  address: number,
  claims: Claims,
  decoding: Decoding,
): LuoRoot | undefined {
  const text = propertyOf(root, 'compatible')?.value ?? new Uint8Array();
  const compatible = String.fromCharCode(...text.subarray(0, 64)).replace(/\0.*$/s, '');
  const layout = layoutOf(compatible, address, decoding);
  if (layout === undefined) return undefined;
  const u64 = (node: typeof root | undefined, name: string): bigint => {
    const value = node && propertyOf(node, name)?.value;
    return value?.length === 8 ? getUint(value, 0, 64, decoding.byteOrder) : 0n;
  };
  if (layout.root === 'fdt')
    return {
      layout,
      liveupdateNumber: u64(root, 'liveupdate-number'),
      sessions: u64(childOf(root, 'luo-session'), 'luo-session-header'),
      flbs: u64(childOf(root, 'luo-flb'), 'luo-flb-header'),
    };
  const at = Number(u64(root, 'luo-abi-header'));
  const bytes = decoding.read(at, LUO_SER_V2.sizeBytes, 'the struct luo_ser');
  if (bytes === undefined) return undefined;
  claims.addRange(at, LUO_SER_V2.sizeBytes, LUO);
  const value = readStruct(LUO_SER_V2, bytes, 0, decoding.byteOrder);
  return {
    layout,
    liveupdateNumber: value.liveupdate_num,
    sessions: value.sessions_pa,
    flbs: value.flbs_pa,
  };
}

function readSessions(
  { layout, sessions }: LuoRoot,
  claims: Claims,
  decoding: Decoding,
): Entries<'files' | 'count', 'name'> {
  const none = { entries: [], memory: [], isWhole: true };
  if (sessions === 0n) return none;
  if (layout.sessions === 'blocks')
    return claimed(readBlockList(sessions, LUO_SESSION_SER, 'LUO sessions', decoding), LUO, claims);
  const address = Number(sessions);
  const head = LUO_SESSION_HEADER_SER.sizeBytes;
  const bytes = decoding.read(address, head, 'the header of the sessions');
  if (bytes === undefined) return { ...none, isWhole: false };
  const { count } = readStruct(LUO_SESSION_HEADER_SER, bytes, 0, decoding.byteOrder);
  const room = SESSION_ARRAY_PAGES * decoding.pageBytes;
  // All of it was allocated, whatever there is in it.
  claims.addRange(address, room, LUO);
  const most = Math.floor((room - head) / LUO_SESSION_SER.sizeBytes);
  if (count > BigInt(most)) {
    const message = `LUO has ${count} sessions, and its array has room for ${most}`;
    decoding.report(LUO_MALFORMED, { address, of: LUO }, message);
  }
  const read = Math.min(most, Number(count));
  return readArray(address + head, read, LUO_SESSION_SER, decoding);
}

function claimed<Integers extends string, Texts extends string>(
  entries: Entries<Integers, Texts>,
  owner: string,
  claims: Claims,
): Entries<Integers, Texts> {
  for (const { address, sizeBytes } of entries.memory) claims.addRange(address, sizeBytes, owner);
  return entries;
}

function readFiles(
  session: Entry<'files' | 'count', 'name'>,
  layout: LuoLayout,
  claims: Claims,
  decoding: Decoding,
): readonly LuoFile[] {
  const { name, files, count } = session.value;
  const of = `${LUO}/${name}`;
  const address = Number(files);
  if (files === 0n && count === 0n) return [];
  let found: Entries<'data' | 'token', 'compatible'>;
  if (layout.files === 'blocks') {
    found = readBlockList(files, LUO_FILE_SER, of, decoding);
    claimed(found, of, claims);
  } else {
    const room = FILE_ARRAY_PAGES * decoding.pageBytes;
    const most = Math.floor(room / LUO_FILE_SER.sizeBytes);
    claims.addRange(address, room, of);
    found = readArray(address, Math.min(most, Number(count)), LUO_FILE_SER, decoding);
  }
  if (found.isWhole && BigInt(found.entries.length) !== count) {
    const message = `${of} has ${count} files and lists ${found.entries.length}`;
    decoding.report(LUO_MALFORMED, { address, of }, message);
  }
  return found.entries.map((entry) => readFile(entry, of, claims, decoding));
}

function readFile(
  { value: { compatible, token, data }, address }: Entry<'data' | 'token', 'compatible'>,
  session: string,
  claims: Claims,
  decoding: Decoding,
): LuoFile {
  const name = `${session}/${hexText(token)}`;
  checkText(compatible, 48, `the compatible of ${name}`, address, decoding);
  const file: LuoFile = { name, compatible, token, data };
  if (!isMemfd(compatible)) return file;
  const memfd = readMemfd(compatible, data, name, claims, decoding);
  return memfd === undefined ? file : { ...file, memfd };
}

/** Undefined if they could not be read. */
function readFlbs(flbs: bigint, claims: Claims, decoding: Decoding): readonly LuoFlb[] | undefined {
  if (flbs === 0n) return [];
  const address = Number(flbs);
  const head = LUO_FLB_HEADER_SER.sizeBytes;
  const bytes = decoding.read(address, head, 'the header of the FLBs');
  if (bytes === undefined) return undefined;
  const { count, pgcnt } = readStruct(LUO_FLB_HEADER_SER, bytes, 0, decoding.byteOrder);
  const room = entriesInPage(LUO_FLB_HEADER_SER, LUO_FLB_SER, decoding.pageBytes);
  if (count > BigInt(room) || pgcnt !== 1n) {
    const message = `LUO has ${count} FLBs in ${pgcnt} pages, and one page holds ${room}`;
    decoding.report(LUO_MALFORMED, { address, of: LUO }, message);
  }
  claims.addRange(address, decoding.pageBytes, LUO);
  const most = Math.min(room, Number(count));
  const found = readArray(address + head, most, LUO_FLB_SER, decoding);
  for (const entry of found.entries)
    checkText(entry.value.name, 48, 'the name of an FLB', entry.address, decoding);
  return found.isWhole ? found.entries.map(({ value }) => value) : undefined;
}

/** The kernel compares and copies these as C strings. */
function checkText(
  text: string,
  arrayBytes: number,
  what: string,
  address: number,
  decoding: Decoding,
): void {
  if (text.length === arrayBytes)
    decoding.report(
      STRUCT_TEXT,
      { address },
      `${what} fills all ${arrayBytes} bytes: no NUL ends it`,
    );
  else if (text === '') decoding.report(STRUCT_TEXT, { address }, `${what} is empty`);
}
