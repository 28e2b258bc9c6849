import { assert, type ByteOrder } from '../../fdt/index.ts';
import {
  EHDR,
  EHDR_BYTES,
  ELF_MAGIC,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  ET_CORE,
  EV_CURRENT,
  MACHINES,
  NHDR_BYTES,
  NOTE_ALIGN,
  PF_RWX,
  PHDR,
  PHDR_BYTES,
  PN_XNUM,
  PT_LOAD,
  PT_NOTE,
  SHDR,
  SHDR_BYTES,
  VMCOREINFO,
} from './elf-format.ts';
import type { Architecture } from './handover-image.ts';

/** A range of memory to write. */
export interface CoreSegment {
  readonly address: bigint;
  /** How much of it is in the file. */
  readonly sizeBytes: bigint;
  /** How much memory it stands for; what is not in the file is not known. By default the same. */
  readonly memoryBytes?: bigint;
}

/** What a core says of the machine. */
export interface CoreOptions {
  readonly architecture: Architecture;
  readonly byteOrder: ByteOrder;
  /** Data is aligned to it; 4096 and not written down if absent. */
  readonly pageSizeBytes?: number;
  /** As `uname -r` says it. */
  readonly osRelease?: string;
}

/** The beginning of a core. */
export interface CoreHeader {
  /** Everything before the first segment's data. */
  readonly header: Uint8Array;
  /** Where in the file the data of each segment goes. Between them is padding, zero by custom. */
  readonly offsets: readonly number[];
}

/**
 * The beginning of an ELF64 core of physical memory, in `byteOrder`, for the caller to append data
 * to. The page size and release go into a VMCOREINFO note. Of segments that overlap, readers take
 * the first.
 */
export function elfCoreHeader(segments: readonly CoreSegment[], options: CoreOptions): CoreHeader {
  const note = vmcoreinfoNote(options);
  const headerCount = segments.length + (note === undefined ? 0 : 1);
  const isExtended = headerCount >= PN_XNUM;
  const sectionOffset = EHDR_BYTES + headerCount * PHDR_BYTES;
  const noteOffset = sectionOffset + (isExtended ? SHDR_BYTES : 0);
  const alignment = options.pageSizeBytes ?? 4096;
  const headerBytes = alignUp(noteOffset + (note?.length ?? 0), alignment);

  const header = new Uint8Array(headerBytes);
  const out: Output = {
    view: new DataView(header.buffer),
    isLittle: options.byteOrder === 'little',
  };
  putElfHeader(header, out, options.architecture, isExtended ? PN_XNUM : headerCount);
  if (isExtended) {
    putWide(out, EHDR.shoff, sectionOffset);
    out.view.setUint16(EHDR.shentsize, SHDR_BYTES, out.isLittle);
    out.view.setUint16(EHDR.shnum, 1, out.isLittle);
    out.view.setUint32(sectionOffset + SHDR.info, headerCount, out.isLittle);
  }
  let at = EHDR_BYTES;
  if (note !== undefined) {
    header.set(note, noteOffset);
    out.view.setUint32(at + PHDR.type, PT_NOTE, out.isLittle);
    putWide(out, at + PHDR.offset, noteOffset);
    putWide(out, at + PHDR.filesz, note.length);
    putWide(out, at + PHDR.align, NOTE_ALIGN);
    at += PHDR_BYTES;
  }
  const offsets: number[] = [];
  let dataOffset = headerBytes;
  for (const segment of segments) {
    putSegment(out, at, segment, dataOffset);
    offsets.push(dataOffset);
    dataOffset = alignUp(dataOffset + Number(segment.sizeBytes), alignment);
    assert(Number.isSafeInteger(dataOffset), 'the core is larger than a file can be');
    at += PHDR_BYTES;
  }
  return { header, offsets };
}

interface Output {
  readonly view: DataView;
  readonly isLittle: boolean;
}

function putElfHeader(
  header: Uint8Array,
  { view, isLittle }: Output,
  architecture: Architecture,
  headerCount: number,
): void {
  header.set(ELF_MAGIC);
  header[EHDR.class] = ELFCLASS64;
  header[EHDR.data] = isLittle ? ELFDATA2LSB : ELFDATA2MSB;
  header[EHDR.identVersion] = EV_CURRENT;
  view.setUint16(EHDR.type, ET_CORE, isLittle);
  view.setUint16(EHDR.machine, MACHINES[architecture], isLittle);
  view.setUint32(EHDR.version, EV_CURRENT, isLittle);
  putWide({ view, isLittle }, EHDR.phoff, EHDR_BYTES);
  view.setUint16(EHDR.ehsize, EHDR_BYTES, isLittle);
  view.setUint16(EHDR.phentsize, PHDR_BYTES, isLittle);
  view.setUint16(EHDR.phnum, headerCount, isLittle);
}

function putSegment(out: Output, at: number, segment: CoreSegment, dataOffset: number): void {
  const { address, sizeBytes, memoryBytes = sizeBytes } = segment;
  assert(sizeBytes >= 0n && sizeBytes <= memoryBytes, 'more in the file than in memory');
  assert(address >= 0n && address + memoryBytes <= 1n << 64n, 'memory beyond 2^64');
  out.view.setUint32(at + PHDR.type, PT_LOAD, out.isLittle);
  out.view.setUint32(at + PHDR.flags, PF_RWX, out.isLittle);
  putWide(out, at + PHDR.offset, dataOffset);
  putWide(out, at + PHDR.paddr, address);
  putWide(out, at + PHDR.filesz, sizeBytes);
  putWide(out, at + PHDR.memsz, memoryBytes);
}

function putWide({ view, isLittle }: Output, at: number, value: number | bigint): void {
  view.setBigUint64(at, BigInt(value), isLittle);
}

/** Undefined if there is nothing to say. */
function vmcoreinfoNote(options: CoreOptions): Uint8Array | undefined {
  const { pageSizeBytes, osRelease, byteOrder } = options;
  const lines = [
    ...(osRelease === undefined ? [] : [`OSRELEASE=${osRelease}\n`]),
    ...(pageSizeBytes === undefined ? [] : [`PAGESIZE=${pageSizeBytes}\n`]),
  ];
  if (lines.length === 0) return undefined;
  const name = `${VMCOREINFO}\0`;
  const text = lines.join('');
  const descriptor = NHDR_BYTES + alignUp(name.length, NOTE_ALIGN);
  const note = new Uint8Array(descriptor + alignUp(text.length, NOTE_ALIGN));
  const view = new DataView(note.buffer);
  view.setUint32(0, name.length, byteOrder === 'little');
  view.setUint32(4, text.length, byteOrder === 'little');
  putAscii(note, NHDR_BYTES, name);
  putAscii(note, descriptor, text);
  return note;
}

function putAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    assert(code < 0x80, 'a name of a release is ASCII');
    bytes[at + i] = code;
  }
}

function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
