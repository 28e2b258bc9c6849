import type { BlobPlace, ByteOrder, Issue, Outcome } from '../../fdt/index.ts';
import type { ByteSource } from './byte-source.ts';
import {
  EHDR,
  EHDR_BYTES,
  ELF_MAGIC,
  ELFCLASS32,
  ELFCLASS64,
  ELFDATA2LSB,
  ELFDATA2MSB,
  ET_CORE,
  MACHINES,
  PHDR_BYTES,
  PN_XNUM,
  SHDR,
  SHDR_BYTES,
} from './elf-format.ts';
import type { Architecture } from './handover-image.ts';

/** Dumps of whole machines have tens, and those of selected pages some ten thousands. */
export const MAX_PROGRAM_HEADERS = 1_000_000;

/** What the header of a core says that is needed to read the rest. */
export interface ElfHeader {
  readonly architecture: Architecture;
  readonly byteOrder: ByteOrder;
  readonly programHeaderOffset: number;
  readonly programHeaderCount: number;
}

/** Reads the header of an ELF64 core; undefined, with the reason, if `source` is not one. */
export function readElfHeader(source: ByteSource, path: string): Outcome<ElfHeader | undefined> {
  const bytes = source.read(0, EHDR_BYTES);
  const refuse = (message: string, help: string): Outcome<undefined> => ({
    value: undefined,
    issues: [malformed({ path, offset: 0, lengthBytes: bytes.length }, message, help)],
  });

  const other = unlessElf(bytes);
  if (other !== undefined) return refuse(other.message, other.help);
  if (bytes.length < EHDR_BYTES)
    return refuse(`the file ends within its ELF header, after ${bytes.length} bytes`, TRY_AGAIN);
  const [elfClass, data] = [bytes[EHDR.class], bytes[EHDR.data]];
  if (elfClass === ELFCLASS32)
    return refuse(
      'this is an ELF file of 32 bits: KHO runs on 64-bit machines only',
      'QEMU dumps so before the machine is in 64-bit mode: dump again once its kernel runs',
    );
  if (elfClass !== ELFCLASS64)
    return refuse(`its ELF class is ${elfClass}, not 1 or 2`, HOW_TO_DUMP);
  if (data !== ELFDATA2LSB && data !== ELFDATA2MSB)
    return refuse(`its ELF byte order is ${data}, not 1 (little) or 2 (big)`, HOW_TO_DUMP);

  const byteOrder = data === ELFDATA2LSB ? 'little' : 'big';
  const view = viewOf(bytes);
  const little = byteOrder === 'little';
  const type = view.getUint16(EHDR.type, little);
  if (type !== ET_CORE)
    return refuse(
      `this is ${TYPE_NAMES[type] ?? `an ELF file of type ${type}`}, not a core`,
      HOW_TO_DUMP,
    );
  const machine = view.getUint16(EHDR.machine, little);
  const architecture = ARCHITECTURES.find((each) => MACHINES[each] === machine);
  if (architecture === undefined)
    return refuse(
      `it is of a machine of ELF number ${machine}`,
      `machines with KHO are ${MACHINE_NAMES.join(' and ')}`,
    );
  const table = readTablePlace(source, path, view, little);
  if (table.value === undefined) return { value: undefined, issues: table.issues };
  return { value: { architecture, byteOrder, ...table.value }, issues: [] };
}

/** A finding that stops some or all of a core from being read. */
export function malformed(blob: BlobPlace, message: string, help?: string): Issue {
  const issue: Issue = { rule: 'image-malformed', severity: 'error', message, blob };
  return help === undefined ? issue : { ...issue, help };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where cores of memory come from. */
export const HOW_TO_DUMP: string =
  'take an ELF core of the memory: dump-guest-memory of QEMU, `virsh dump --memory-only`, ' +
  '/proc/vmcore, or `makedumpfile -E`';
const TRY_AGAIN = 'copy or dump it again';
const ARCHITECTURES = Object.keys(MACHINES).sort() as Architecture[];
const MACHINE_NAMES = ARCHITECTURES.map((each) => `${each} (${MACHINES[each]})`);
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'an ELF object file',
  2: 'an ELF program (a vmlinux, perhaps)',
  3: 'an ELF program or shared library',
};

/** Files that people take for cores, by what they start with, and what to do with each. */
const OTHER_FORMATS: readonly (readonly [start: string, message: string, help: string])[] = [
  [
    'KDUMP   ',
    'this is a dump in the compressed format of kdump, not an ELF core',
    'dump again as ELF: dump-guest-memory without -z, -l or -s, or `makedumpfile -E`',
  ],
  [
    'DISKDUMP',
    'this is a dump in the format of diskdump, not an ELF core',
    'dump again as ELF: `makedumpfile -E`',
  ],
  [
    'makedumpfile',
    'this is a flattened dump of makedumpfile',
    'put it together first: `makedumpfile -R core <flattened`',
  ],
  ['EMiL', 'this is a dump of LiME, not an ELF core', HOW_TO_DUMP],
  [
    'QEVM',
    "this is a saved state of QEMU's machine, not an ELF core",
    'dump with dump-guest-memory instead of migrate or savevm',
  ],
  ['QFI\xfb', 'this is a disk image (qcow2), not an ELF core', HOW_TO_DUMP],
  ['\x1f\x8b', 'this is compressed with gzip', 'run gunzip on it first'],
  ['\xfd7zXZ', 'this is compressed with xz', 'run unxz on it first'],
  ['\x28\xb5\x2f\xfd', 'this is compressed with zstd', 'run unzstd on it first'],
  ['\x04\x22\x4d\x18', 'this is compressed with lz4', 'run unlz4 on it first'],
  ['BZh', 'this is compressed with bzip2', 'run bunzip2 on it first'],
  [
    '\xd0\x0d\xfe\xed',
    'this is a flattened devicetree, not an image of memory',
    '`kho check` reads it',
  ],
];

function unlessElf(bytes: Uint8Array): { message: string; help: string } | undefined {
  if (bytes.length === 0) return { message: 'the file is empty', help: HOW_TO_DUMP };
  if (ELF_MAGIC.every((byte, index) => bytes[index] === byte)) return undefined;
  for (const [start, message, help] of OTHER_FORMATS) {
    const codes = Array.from(start, (char) => char.charCodeAt(0));
    if (codes.every((code, index) => bytes[index] === code)) return { message, help };
  }
  const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0'));
  return {
    message: `this is not an ELF file: it starts with ${first.join(' ')}`,
    help: HOW_TO_DUMP,
  };
}

type TablePlace = Pick<ElfHeader, 'programHeaderOffset' | 'programHeaderCount'>;

/** Where the program headers are: all of them within the file. */
function readTablePlace(
  source: ByteSource,
  path: string,
  view: DataView,
  little: boolean,
): Outcome<TablePlace | undefined> {
  const refuse = (
    offset: number,
    lengthBytes: number,
    message: string,
    help: string = TRY_AGAIN,
  ): Outcome<undefined> => ({
    value: undefined,
    issues: [malformed({ path, offset, lengthBytes }, message, help)],
  });
  let count = view.getUint16(EHDR.phnum, little);
  if (count === 0) return refuse(EHDR.phnum, 2, 'it has no program headers: no memory is in it');
  const entryBytes = view.getUint16(EHDR.phentsize, little);
  if (entryBytes !== PHDR_BYTES)
    return refuse(
      EHDR.phentsize,
      2,
      `its program headers are of ${entryBytes} bytes, where those of ELF64 have ${PHDR_BYTES}`,
    );
  if (count === PN_XNUM) {
    const sectionOffset = Number(view.getBigUint64(EHDR.shoff, little));
    const section = readExactly(source, sectionOffset, SHDR_BYTES);
    if (sectionOffset === 0 || section === undefined)
      return refuse(
        EHDR.shoff,
        8,
        `section header 0, which has the number of program headers, is not in the file`,
      );
    count = viewOf(section).getUint32(SHDR.info, little);
  }
  if (count > MAX_PROGRAM_HEADERS)
    return refuse(
      EHDR.phnum,
      2,
      `it has ${count} program headers; up to ${MAX_PROGRAM_HEADERS} are read`,
      'leave out fewer pages when dumping (a lower -d of makedumpfile): fewer pieces are left',
    );
  const offset = Number(view.getBigUint64(EHDR.phoff, little));
  if (offset < EHDR_BYTES)
    return refuse(EHDR.phoff, 8, `its program headers are at byte ${offset}, in its ELF header`);
  const end = offset + count * PHDR_BYTES;
  if (end > source.sizeBytes)
    return refuse(
      EHDR.phoff,
      8,
      `its program headers go on to byte ${end}, and the file ends at ${source.sizeBytes}`,
    );
  return { value: { programHeaderOffset: offset, programHeaderCount: count }, issues: [] };
}

/** The bytes, or undefined if not all of them are in the source. */
export function readExactly(
  source: ByteSource,
  offset: number,
  lengthBytes: number,
): Uint8Array | undefined {
  if (!(offset >= 0 && offset + lengthBytes <= source.sizeBytes)) return undefined;
  const bytes = source.read(offset, lengthBytes);
  return bytes.length === lengthBytes ? bytes : undefined;
}
