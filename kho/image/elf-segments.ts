import type { ByteSource } from './byte-source.ts';
import { PHDR, PHDR_BYTES, PT_LOAD, PT_NOTE } from './elf-format.ts';
import { type ElfHeader, viewOf } from './elf-header.ts';
import type { NotesPlace } from './elf-notes.ts';
import type { SegmentTable } from './segment-memory.ts';

/** What the program headers of a core say. */
export interface ProgramHeaders {
  /** All the memory of segments. */
  readonly loaded: SegmentTable;
  /** The part of each segment that is in the file. */
  readonly inFile: SegmentTable;
  readonly notes: readonly NotesPlace[];
  /** Whether there are only virtual addresses, as in the core of a process. */
  readonly isOfProcess: boolean;
  readonly truncated: Truncation;
  /** Segments that end beyond 2^53, in memory or in the file; they are left out. */
  readonly beyondLimit: Flaw;
  /** Segments with more bytes in the file than in memory; they are cut to their memory. */
  readonly largerInFile: Flaw;
}

/** How many program headers have a flaw, and where in the file the first of them is. */
export interface Flaw {
  readonly count: number;
  readonly firstOffset: number;
}

/** Segments that go on past the end of the file. */
export interface Truncation extends Flaw {
  /** Where in the file the last of them would end. */
  readonly endOffset: number;
  readonly missingBytes: number;
  /** Address of the first byte that is missing, unless all that are missing are notes. */
  readonly firstAddress: number | undefined;
}

/** Reads the program headers; their number and place have been checked. */
export function readProgramHeaders(source: ByteSource, header: ElfHeader): ProgramHeaders {
  const { programHeaderCount: total, programHeaderOffset } = header;
  const isLittle = header.byteOrder === 'little';
  const collector = new SegmentCollector(total, source.sizeBytes);
  for (let first = 0; first < total; first += BATCH) {
    const offset = programHeaderOffset + first * PHDR_BYTES;
    const bytes = source.read(offset, Math.min(BATCH, total - first) * PHDR_BYTES);
    const view = viewOf(bytes);
    for (let at = 0; at + PHDR_BYTES <= bytes.length; at += PHDR_BYTES)
      collector.add(readSegment(view, at, isLittle), offset + at);
  }
  return collector.headers();
}

/** No machine with KHO has memory beyond 2^52, and no file system has such files. */
const NUMBER_LIMIT: number = Number.MAX_SAFE_INTEGER;
/** Program headers read at once. */
const BATCH = 16_384;

/** Fields of a program header. Those above 2^53 are rounded, and refused for their size alone. */
interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly virtualAddress: number;
  /** False where /proc/kcore says 2^64 - 1, of memory that has no one physical address. */
  readonly hasAddress: boolean;
  readonly fileBytes: number;
  readonly memoryBytes: number;
}

function readSegment(view: DataView, at: number, isLittle: boolean): Segment {
  const halves = (field: number): readonly [number, number] => [
    view.getUint32(at + field, isLittle),
    view.getUint32(at + field + 4, isLittle),
  ];
  const wide = (field: number): number => {
    const [first, second] = halves(field);
    return isLittle ? second * 2 ** 32 + first : first * 2 ** 32 + second;
  };
  return {
    type: view.getUint32(at + PHDR.type, isLittle),
    offset: wide(PHDR.offset),
    address: wide(PHDR.paddr),
    virtualAddress: wide(PHDR.vaddr),
    hasAddress: halves(PHDR.paddr).some((half) => half !== 0xffff_ffff),
    fileBytes: wide(PHDR.filesz),
    memoryBytes: wide(PHDR.memsz),
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Sorts segments into columns, and counts what is wrong with them. */
class SegmentCollector {
  readonly #fileBytes: number;
  #count = 0;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  readonly #fileEnd: Float64Array;
  readonly #offset: Float64Array;
  readonly #notes: NotesPlace[] = [];
  #hasPhysical = false;
  #virtualCount = 0;
  readonly #truncated: Writable<Truncation>;
  readonly #beyondLimit: Writable<Flaw> = { count: 0, firstOffset: 0 };
  readonly #largerInFile: Writable<Flaw> = { count: 0, firstOffset: 0 };

  constructor(capacity: number, fileBytes: number) {
    this.#fileBytes = fileBytes;
    this.#start = new Float64Array(capacity);
    this.#end = new Float64Array(capacity);
    this.#fileEnd = new Float64Array(capacity);
    this.#offset = new Float64Array(capacity);
    this.#truncated = {
      count: 0,
      firstOffset: 0,
      endOffset: fileBytes,
      missingBytes: 0,
      firstAddress: undefined,
    };
  }

  /** Takes the segment whose program header is at `place` in the file. */
  add(segment: Segment, place: number): void {
    if (segment.type === PT_NOTE) this.#addNotes(segment, place);
    else if (segment.type === PT_LOAD) this.#addMemory(segment, place);
  }

  headers(): ProgramHeaders {
    const table = { count: this.#count, start: this.#start, offset: this.#offset };
    return {
      loaded: { ...table, end: this.#end },
      inFile: { ...table, end: this.#fileEnd },
      notes: this.#notes,
      isOfProcess: !this.#hasPhysical && this.#virtualCount > 1,
      truncated: this.#truncated,
      beyondLimit: this.#beyondLimit,
      largerInFile: this.#largerInFile,
    };
  }

  #addNotes({ offset, fileBytes }: Segment, place: number): void {
    if (fileBytes === 0) return;
    if (offset + fileBytes > NUMBER_LIMIT) {
      mark(this.#beyondLimit, place);
      return;
    }
    const present = this.#presentBytes(offset, fileBytes, place);
    if (present === 0) return;
    this.#notes.push({ offset, sizeBytes: present, isCut: present < fileBytes });
  }

  #addMemory(segment: Segment, place: number): void {
    const { offset, address, fileBytes, memoryBytes } = segment;
    if (!segment.hasAddress) return;
    if (address > 0) this.#hasPhysical = true;
    if (segment.virtualAddress > 0) this.#virtualCount++;
    // The place of no bytes means nothing: QEMU writes 2^64 - 1 there.
    const from = fileBytes === 0 ? 0 : offset;
    if (from + fileBytes > NUMBER_LIMIT || address + memoryBytes > NUMBER_LIMIT) {
      mark(this.#beyondLimit, place);
      return;
    }
    if (fileBytes > memoryBytes) mark(this.#largerInFile, place);
    const wanted = Math.min(fileBytes, memoryBytes);
    const present = this.#presentBytes(from, wanted, place);
    if (present < wanted) this.#truncated.firstAddress ??= address + present;
    const index = this.#count++;
    this.#start[index] = address;
    this.#end[index] = address + memoryBytes;
    this.#fileEnd[index] = address + present;
    this.#offset[index] = from;
  }

  /** How much of a segment is in the file. */
  #presentBytes(offset: number, wanted: number, place: number): number {
    const present = Math.max(0, Math.min(wanted, this.#fileBytes - offset));
    if (present === wanted) return present;
    const truncated = this.#truncated;
    truncated.missingBytes += wanted - present;
    truncated.endOffset = Math.max(truncated.endOffset, offset + wanted);
    mark(truncated, place);
    return present;
  }
}

function mark(flaw: Writable<Flaw>, place: number): void {
  if (flaw.count++ === 0) flaw.firstOffset = place;
}
