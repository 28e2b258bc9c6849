// Preserved memfds: mm/memfd_luo.c, include/linux/kho/abi/memfd.h.
import { hexText } from '../describe/number.ts';
import { MEMFD_LUO_FOLIO_SER, MEMFD_LUO_SER, MEMFD_LUO_SER_V1 } from '../structs/index.ts';
import { type AnyStruct, readStruct } from '../structs/struct.ts';
import { type Claims, claimVmalloc } from './claims.ts';
import { Extents } from './contents.ts';
import type { Decoding } from './decoding.ts';
import { MEMFD_MALFORMED } from './rules.ts';
import { NO_AREA, readVmallocArea, type VmallocArea } from './vmalloc.ts';

/** A memfd that a session hands over. */
export interface Memfd {
  readonly version: 'memfd-v1' | 'memfd-v2';
  readonly sizeBytes: number;
  readonly position: bigint;
  /** F_SEAL_* bits; undefined where the version has none. */
  readonly seals?: number;
  readonly folioCount: number;
  /** Entries that stand for no folio. */
  readonly holeCount: number;
  /** Where the pages of the file are. */
  readonly extents: Extents;
  /** False if some of it could not be read or believed. */
  readonly isWhole: boolean;
}

const VERSIONS = [
  { version: 'memfd-v1', struct: MEMFD_LUO_SER_V1, foliosOffset: 24 },
  { version: 'memfd-v2', struct: MEMFD_LUO_SER, foliosOffset: 32 },
] as const;

/** memfd_luo_preserve_folios() refuses files of more pages. */
const MAX_PAGES = 2 ** 32 - 1;

/** Whether files of this compatible are memfds that readMemfd() knows. */
export function isMemfd(compatible: string): boolean {
  return VERSIONS.some(({ version }) => version === compatible);
}

/**
 * Reads the memfd whose struct is at `data`, and claims its memory for `owner`. Undefined, with
 * the reason reported, if the struct itself cannot be read.
 */
export function readMemfd(
  compatible: string,
  data: bigint,
  owner: string,
  claims: Claims,
  decoding: Decoding,
): Memfd | undefined {
  const format = VERSIONS.find(({ version }) => version === compatible);
  if (format === undefined) return undefined;
  const { version, struct, foliosOffset } = format;
  const address = Number(data);
  const bytes = decoding.read(address, struct.sizeBytes, 'memfd structs');
  if (bytes === undefined) return undefined;
  claims.addRange(address, struct.sizeBytes, owner);
  const value = readStruct(struct as AnyStruct, bytes, 0, decoding.byteOrder);
  const number = (name: string): number => Number(value[name] ?? 0);
  const place = { address, of: owner };
  const folioCount = number('nr_folios');
  // Of an empty file nothing is listed, and the struct is all zeros.
  const isUnset = folioCount === 0 && number('folios.first') === 0;
  const area = isUnset ? NO_AREA : readVmallocArea(bytes, foliosOffset, place, decoding);
  claimVmalloc(area, owner, claims);
  const folios = readFolios(area, folioCount, owner, claims, decoding);
  return {
    version,
    sizeBytes: number('size'),
    position: BigInt(value.pos ?? 0),
    ...(version === 'memfd-v1' ? {} : { seals: number('seals') }),
    folioCount,
    ...folios,
    isWhole: folios.isWhole && area.isWhole && checkHead(number('size'), area, folioCount, place),
  };

  function checkHead(
    sizeBytes: number,
    { totalPages }: VmallocArea,
    count: number,
    at: { readonly address: number; readonly of: string },
  ): boolean {
    const { pageBytes } = decoding;
    const room = Math.floor((totalPages * pageBytes) / MEMFD_LUO_FOLIO_SER.sizeBytes);
    if (count > room) {
      const message = `${owner} has ${count} folios, and the array of them has room for ${room}`;
      decoding.report(MEMFD_MALFORMED, at, message);
      return false;
    }
    if (sizeBytes > MAX_PAGES * pageBytes) {
      const message = `${owner} has ${sizeBytes} bytes, more than a memfd that is handed over`;
      decoding.report(MEMFD_MALFORMED, at, message);
      return false;
    }
    return true;
  }
}

interface Folios {
  readonly extents: Extents;
  readonly holeCount: number;
  readonly isWhole: boolean;
}

function readFolios(
  area: VmallocArea,
  count: number,
  owner: string,
  claims: Claims,
  decoding: Decoding,
): Folios {
  const { pageBytes } = decoding;
  const isLittle = decoding.byteOrder === 'little';
  const size = MEMFD_LUO_FOLIO_SER.sizeBytes;
  const extents = new Extents();
  let holeCount = 0;
  let isWhole = true;
  /** Of folios out of order the first is told. */
  let isTold = false;
  let left = count;
  for (let run = 0; run < area.pages.length && left > 0; run++)
    for (let page = 0; page < area.pages.pages(run) && left > 0; page++) {
      const address = (area.pages.start(run) + page) * pageBytes;
      const here = Math.min(left, pageBytes / size);
      left -= here;
      const bytes = decoding.read(address, here * size, 'arrays of memfd folios');
      if (bytes === undefined) {
        isWhole = false;
        if (decoding.isExhausted) return { extents, holeCount, isWhole };
        continue;
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let offset = 0; offset < bytes.length; offset += size) {
        const pfn = pfnAt(view, offset, isLittle);
        if (pfn === 0) {
          holeCount += 1;
          continue;
        }
        const index = indexAt(view, offset, isLittle);
        const pages = claims.addBlock(pfn, owner);
        if (extents.add(index, pfn, pages) || isTold) continue;
        isTold = true;
        const second = hexText(pfn * pageBytes);
        const message = `${owner} has two folios for page ${index}, the second at ${second}`;
        decoding.report(MEMFD_MALFORMED, { address: address + offset, of: owner }, message);
      }
    }
  return { extents, holeCount, isWhole: isWhole && !isTold };
}

/** The bit field `pfn` of an entry: readStruct() for each of ten million would take minutes. */
function pfnAt(entries: DataView, offset: number, isLittle: boolean): number {
  return isLittle
    ? (entries.getUint32(offset + 4, true) & 0xfffff) * 2 ** 32 + entries.getUint32(offset, true)
    : entries.getUint32(offset) * 2 ** 20 + (entries.getUint32(offset + 4) >>> 12);
}

/** The field `index` of an entry. */
function indexAt(entries: DataView, offset: number, isLittle: boolean): number {
  const first = entries.getUint32(offset + 8, isLittle);
  const second = entries.getUint32(offset + 12, isLittle);
  return isLittle ? second * 2 ** 32 + first : first * 2 ** 32 + second;
}
