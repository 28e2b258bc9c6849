// Cores of physical memory, as QEMU's dump-guest-memory, /proc/vmcore and makedumpfile -E write
// them.
import type { ByteOrder, Issue, Outcome } from '../../fdt/index.ts';
import type { ByteSource } from './byte-source.ts';
import { PHDR_BYTES } from './elf-format.ts';
import { HOW_TO_DUMP, malformed, readElfHeader } from './elf-header.ts';
import { type CoreInfo, readCoreInfo } from './elf-notes.ts';
import { type Flaw, type ProgramHeaders, readProgramHeaders } from './elf-segments.ts';
import type { Architecture, PhysicalMemory, PhysRange } from './handover-image.ts';
import { coveredRanges, segmentMemory } from './segment-memory.ts';

/** Physical memory in a file, and what the file says of the machine. */
export interface ElfCore extends CoreInfo {
  /** What is in the file; a range of `ram` that is not was left out by whoever dumped it. */
  readonly memory: PhysicalMemory;
  readonly architecture: Architecture;
  readonly byteOrder: ByteOrder;
  /** All memory the core has segments for, ascending and disjoint. */
  readonly ram: readonly PhysRange[];
}

/**
 * Opens an ELF64 core whose segments have physical addresses. Only headers and notes are read;
 * memory is read from `source` when it is asked for. `path` is what issues call the source.
 *
 * The value is undefined, and an `image-malformed` says what the source is instead, where it is
 * no such core. Otherwise segments that make no sense are left out with an `image-malformed`, and
 * those that go on past the end of the source are cut there with an `image-truncated`.
 * Where segments overlap, as those of /proc/vmcore do for the kernel's text, the first wins.
 */
export function readElfCore(source: ByteSource, path: string): Outcome<ElfCore | undefined> {
  const { value: header, issues: refused } = readElfHeader(source, path);
  if (header === undefined) return { value: undefined, issues: refused };
  const segments = readProgramHeaders(source, header);
  const refuse = (message: string, help: string): Outcome<undefined> => {
    const { programHeaderOffset: offset, programHeaderCount: count } = header;
    const blob = { path, offset, lengthBytes: count * PHDR_BYTES };
    return { value: undefined, issues: [...issues, malformed(blob, message, help)] };
  };
  const issues = segmentIssues(segments, source.sizeBytes, path);
  if (segments.loaded.count === 0)
    return refuse('it has no segment of memory (PT_LOAD)', 'dump it again');
  if (segments.isOfProcess)
    return refuse(
      'this is the core of a process: its segments have no physical addresses',
      HOW_TO_DUMP,
    );
  const isLittle = header.byteOrder === 'little';
  const info = readCoreInfo(source, path, segments.notes, isLittle, issues);
  return {
    value: {
      memory: segmentMemory(source, segments.inFile),
      architecture: header.architecture,
      byteOrder: header.byteOrder,
      ...info,
      ram: coveredRanges(segments.loaded),
    },
    issues,
  };
}

function segmentIssues(headers: ProgramHeaders, sizeBytes: number, path: string): Issue[] {
  const { beyondLimit, largerInFile, truncated } = headers;
  const issues: Issue[] = [];
  const at = ({ firstOffset }: Flaw) => ({ path, offset: firstOffset, lengthBytes: PHDR_BYTES });
  const first = ({ count }: Flaw) =>
    count === 1 ? 'this segment' : `${count} segments, of which this is the first,`;
  if (beyondLimit.count > 0) {
    const message = `${first(beyondLimit)} cannot be: it ends beyond 2^53, in memory or file`;
    issues.push(malformed(at(beyondLimit), message, 'what it would hold is taken as not known'));
  }
  if (largerInFile.count > 0) {
    const message = `${first(largerInFile)} has more bytes in the file than in memory`;
    issues.push(malformed(at(largerInFile), message, 'those beyond its memory are not used'));
  }
  if (truncated.count > 0) {
    const { count, endOffset, missingBytes, firstAddress } = truncated;
    const segments = count === 1 ? '1 segment' : `${count} segments`;
    const from =
      firstAddress === undefined ? '' : `, from physical address 0x${firstAddress.toString(16)} on`;
    issues.push({
      rule: 'image-truncated',
      severity: 'warning',
      message:
        `the file ends at byte ${sizeBytes} of ${endOffset}: ` +
        `${missingBytes} bytes of ${segments} are missing${from}`,
      help: 'copy or dump it again; what is missing is taken as not known',
      blob: { path, offset: sizeBytes, lengthBytes: endOffset - sizeBytes },
    });
  }
  return issues;
}
