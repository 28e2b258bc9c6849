// The parts of ELF64 that cores of memory use: System V ABI, chapters 4 and 5; elf(5).
import type { Architecture } from './handover-image.ts';

/** Sizes of the ELF header, a program header and a section header. */
export const EHDR_BYTES = 64;
export const PHDR_BYTES = 56;
export const SHDR_BYTES = 64;

export const ELF_MAGIC: Uint8Array = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46);
export const ELFCLASS32 = 1;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ELFDATA2MSB = 2;
export const EV_CURRENT = 1;
export const ET_CORE = 4;
export const PT_LOAD = 1;
export const PT_NOTE = 4;
/** Readable, writable and executable, as the kernel marks all memory in its cores. */
export const PF_RWX = 7;
/** In e_phnum: the number of program headers is in sh_info of section header 0. */
export const PN_XNUM = 0xffff;

/** e_machine. */
export const MACHINES: Readonly<Record<Architecture, number>> = { x86_64: 62, arm64: 183 };

/** Namesz, descsz and type; name and descriptor follow, each padded to NOTE_ALIGN. */
export const NHDR_BYTES = 12;
export const NOTE_ALIGN = 4;
/** Name of the note with what a kernel says of itself, as lines `KEY=value`. */
export const VMCOREINFO = 'VMCOREINFO';

/** Where the fields of the headers are. */
export const EHDR = {
  class: 4,
  data: 5,
  identVersion: 6,
  type: 16,
  machine: 18,
  version: 20,
  phoff: 32,
  shoff: 40,
  ehsize: 52,
  phentsize: 54,
  phnum: 56,
  shentsize: 58,
  shnum: 60,
} as const;
export const PHDR = {
  type: 0,
  flags: 4,
  offset: 8,
  vaddr: 16,
  paddr: 24,
  filesz: 32,
  memsz: 40,
  align: 48,
} as const;
export const SHDR = { info: 44 } as const;
