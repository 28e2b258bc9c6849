import type { IssueList } from '../issue-list.ts';
import { BLOB_BYTES_LIMIT } from '../limits.ts';
import {
  FDT_MAGIC,
  FDT_V1_SIZE,
  FDT_V2_SIZE,
  FDT_V3_SIZE,
  FDT_V17_SIZE,
  FDT_VERSION,
} from './format.ts';

/** The fields of the header, as they are in the blob; 0 for those that its version lacks. */
export interface FdtHeader {
  readonly totalSize: number;
  readonly structureOffset: number;
  readonly stringsOffset: number;
  readonly reservationsOffset: number;
  readonly version: number;
  readonly lastCompatibleVersion: number;
  readonly bootCpuid: number;
  /** Since version 3. */
  readonly stringsSize: number;
  /** Since version 17. */
  readonly structureSize: number;
}

/** Half-open range of the bytes of a block. */
export interface BlockRange {
  readonly start: number;
  readonly end: number;
}

/** The 32 bits at `offset`, big-endian; what is not there reads as 0. */
export function u32At(blob: Uint8Array, offset: number): number {
  const high = ((blob[offset] ?? 0) << 8) | (blob[offset + 1] ?? 0);
  const low = ((blob[offset + 2] ?? 0) << 8) | (blob[offset + 3] ?? 0);
  return high * 0x10000 + low;
}

/** Bytes of the header of `version`. */
export function headerSizeOf(version: number): number {
  if (version <= 1) return FDT_V1_SIZE;
  if (version === 2) return FDT_V2_SIZE;
  return version < 17 ? FDT_V3_SIZE : FDT_V17_SIZE;
}

/** The header, or undefined if this cannot be a blob, which is then reported. */
export function readHeader(
  blob: Uint8Array,
  path: string,
  issues: IssueList,
): FdtHeader | undefined {
  const place = { blob: { path, offset: 0, lengthBytes: Math.min(4, blob.length) } };
  if (blob.length >= 4 && u32At(blob, 0) !== FDT_MAGIC) {
    const magic = `0x${u32At(blob, 0).toString(16).padStart(8, '0')}`;
    const message = `this is not a flattened devicetree: it starts with ${magic}`;
    issues.add('blob-malformed', { ...place, message, help: 'it must start with 0xd00dfeed' });
    return undefined;
  }
  if (blob.length < FDT_V1_SIZE) {
    issues.add('blob-truncated', { ...place, message: 'the blob is shorter than its header' });
    return undefined;
  }
  if (blob.length > BLOB_BYTES_LIMIT) {
    const message = `the blob is longer than ${BLOB_BYTES_LIMIT} bytes`;
    issues.add('limit-exceeded', { ...place, message });
    return undefined;
  }
  const version = u32At(blob, 20);
  const header: FdtHeader = {
    totalSize: u32At(blob, 4),
    structureOffset: u32At(blob, 8),
    stringsOffset: u32At(blob, 12),
    reservationsOffset: u32At(blob, 16),
    version,
    lastCompatibleVersion: u32At(blob, 24),
    bootCpuid: version >= 2 ? u32At(blob, 28) : 0,
    stringsSize: version >= 3 ? u32At(blob, 32) : 0,
    structureSize: version >= 17 ? u32At(blob, 36) : 0,
  };
  checkHeader(blob, header, path, issues);
  return header;
}

/** Where the structure is, within what there is of the blob. */
export function structureRange(blob: Uint8Array, header: FdtHeader): BlockRange {
  const limit = Math.min(blob.length, header.totalSize);
  const start = Math.min(header.structureOffset, limit);
  if (header.version < 17) return { start, end: limit };
  return { start, end: Math.min(start + header.structureSize, limit) };
}

/** Where the strings are, within what there is of the blob. */
export function stringsRange(blob: Uint8Array, header: FdtHeader): BlockRange {
  const limit = Math.min(blob.length, header.totalSize);
  const start = Math.min(header.stringsOffset, limit);
  if (header.version < 3) return { start, end: limit };
  return { start, end: Math.min(start + header.stringsSize, limit) };
}

function checkHeader(blob: Uint8Array, header: FdtHeader, path: string, issues: IssueList): void {
  const { totalSize, version, lastCompatibleVersion } = header;
  const at = (offset: number): { blob: { path: string; offset: number; lengthBytes: number } } => ({
    blob: { path, offset, lengthBytes: 4 },
  });
  if (lastCompatibleVersion > FDT_VERSION) {
    const message = `version ${version} can be read by readers of ${lastCompatibleVersion} only`;
    issues.add('blob-version', { ...at(24), severity: 'error', message });
  } else if (version < 16) {
    const message = `the format version is ${version}; the kernel reads 16 and later`;
    issues.add('blob-version', { ...at(20), severity: 'warning', message });
  } else if (version > FDT_VERSION) {
    const message = `the format version is ${version}; what is newer than 17 is not read`;
    issues.add('blob-version', { ...at(20), severity: 'warning', message });
  }
  const headerSize = headerSizeOf(version);
  if (totalSize > blob.length) {
    const message = `the header announces ${totalSize} bytes and there are ${blob.length}`;
    issues.add('blob-truncated', { ...at(4), message });
  } else if (totalSize < headerSize) {
    const message = `the header announces ${totalSize} bytes, which is less than itself`;
    issues.add('blob-malformed', { ...at(4), message });
  }
  checkBlock('memory reservations', at(16), header.reservationsOffset, 0, 8);
  checkBlock('structure', at(8), header.structureOffset, header.structureSize, 4);
  checkBlock('strings', at(12), header.stringsOffset, header.stringsSize, 1);

  function checkBlock(
    name: string,
    place: ReturnType<typeof at>,
    offset: number,
    size: number,
    alignment: number,
  ): void {
    if (offset < headerSize || offset + size > totalSize) {
      const message = `the ${name} lie outside the blob, at ${offset} with ${size} bytes`;
      issues.add('blob-malformed', { ...place, message });
    } else if (offset % alignment !== 0) {
      const message = `the ${name} start at ${offset}, which is not a multiple of ${alignment}`;
      issues.add('blob-malformed', { ...place, message });
    }
  }
}
