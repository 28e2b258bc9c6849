import type { Issue } from '../../fdt/index.ts';
import type { ByteSource } from './byte-source.ts';
import { NHDR_BYTES, NOTE_ALIGN, VMCOREINFO } from './elf-format.ts';
import { malformed, readExactly, viewOf } from './elf-header.ts';

/** A machine has a note or two for each CPU. */
export const MAX_NOTES = 65_536;
/** The kernel gives VMCOREINFO a page, of up to 64 KiB. */
export const MAX_VMCOREINFO_BYTES = 65_536;

/** What a kernel said of itself in its core. */
export interface CoreInfo {
  readonly pageSizeBytes?: number;
  /** As `uname -r` says it. */
  readonly osRelease?: string;
}

/** A segment of notes. */
export interface NotesPlace {
  readonly offset: number;
  /** Of it in the file. */
  readonly sizeBytes: number;
  /** Whether the file ends before it does. */
  readonly isCut: boolean;
}

/** Looks for VMCOREINFO in `places` and reads it; what it finds wrong is added to `issues`. */
export function readCoreInfo(
  source: ByteSource,
  path: string,
  places: readonly NotesPlace[],
  isLittle: boolean,
  issues: Issue[],
): CoreInfo {
  let notesLeft = MAX_NOTES;
  let hasBroken = false;
  for (const place of places) {
    const end = place.offset + place.sizeBytes;
    for (let at = place.offset; at + NHDR_BYTES <= end; ) {
      if (notesLeft-- === 0) {
        const blob = { path, offset: at, lengthBytes: end - at };
        issues.push(malformed(blob, `it has more than ${MAX_NOTES} notes: the rest is not read`));
        return {};
      }
      const note = readNote(source, at, isLittle);
      if (note === undefined || note.descriptor + note.descriptorBytes > end) {
        const blob = { path, offset: at, lengthBytes: end - at };
        if (!hasBroken && !place.isCut)
          issues.push(malformed(blob, 'this note goes on past the end of its segment'));
        hasBroken = true;
        break;
      }
      if (note.isVmcoreinfo) {
        const bytes = Math.min(note.descriptorBytes, MAX_VMCOREINFO_BYTES);
        const text = latin1(source.read(note.descriptor, bytes));
        return parseVmcoreinfo(text, { path, offset: note.descriptor, lengthBytes: bytes }, issues);
      }
      at = note.next;
    }
  }
  return {};
}

interface Note {
  readonly isVmcoreinfo: boolean;
  readonly descriptor: number;
  readonly descriptorBytes: number;
  readonly next: number;
}

function readNote(source: ByteSource, at: number, isLittle: boolean): Note | undefined {
  const header = readExactly(source, at, NHDR_BYTES);
  if (header === undefined) return undefined;
  const view = viewOf(header);
  const nameBytes = view.getUint32(0, isLittle);
  const descriptorBytes = view.getUint32(4, isLittle);
  // Names of other lengths need no reading. Not every writer counts the NUL at the end.
  const mayBe = nameBytes === VMCOREINFO.length || nameBytes === VMCOREINFO.length + 1;
  const name = mayBe ? latin1(source.read(at + NHDR_BYTES, VMCOREINFO.length)) : '';
  const descriptor = at + NHDR_BYTES + aligned(nameBytes);
  const next = descriptor + aligned(descriptorBytes);
  return { isVmcoreinfo: name === VMCOREINFO, descriptor, descriptorBytes, next };
}

/** Reads what vmcoreinfo_append_str(), kernel/vmcore_info.c, writes. */
function parseVmcoreinfo(
  text: string,
  blob: { readonly path: string; readonly offset: number; readonly lengthBytes: number },
  issues: Issue[],
): CoreInfo {
  const pageSize = lineOf(text, 'PAGESIZE');
  const osRelease = lineOf(text, 'OSRELEASE');
  const isPageSize = pageSize !== undefined && PAGE_SIZES.has(pageSize);
  // What goes to a terminal is checked; 64 is the kernel's own limit (__NEW_UTS_LEN).
  const isRelease = osRelease !== undefined && /^[\x21-\x7e]{1,64}$/.test(osRelease);
  if (pageSize !== undefined && !isPageSize)
    issues.push(malformed(blob, 'PAGESIZE in its VMCOREINFO is not 4096, 16384 or 65536'));
  if (osRelease !== undefined && !isRelease)
    issues.push(malformed(blob, 'OSRELEASE in its VMCOREINFO is not the name of a release'));
  return {
    ...(isPageSize ? { pageSizeBytes: Number(pageSize) } : {}),
    ...(isRelease ? { osRelease } : {}),
  };
}

const PAGE_SIZES: ReadonlySet<string> = new Set(['4096', '16384', '65536']);

function lineOf(text: string, key: string): string | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${key}=`));
  return line?.slice(key.length + 1).replace(/\0+$/, '');
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function aligned(sizeBytes: number): number {
  return Math.ceil(sizeBytes / NOTE_ALIGN) * NOTE_ALIGN;
}
