// What an address in the process of a kernel is that is no memory of the machine: code, a variable,
// a constant, the stack. Driver writers hand such addresses over by mistake.
import { closeSync, openSync, readSync } from 'node:fs';
import type { ForeignAddress } from '../index.ts';
import { runTool } from './run-tool.ts';

/** Where a process has what is not the machine's memory. */
export interface ProcessLayout {
  readonly kernel: number;
  readonly executable: string;
  /** Of the program, with its variables. */
  readonly start: bigint;
  readonly end: bigint;
  /** Its struct pages, and how large one is. */
  readonly pages: bigint;
  readonly pagesEnd: bigint;
  readonly pageStructBytes: bigint;
  /** Near the bottom of its stack, from where that grows down. */
  readonly stack: bigint;
}

/** More than a stack has, guard included. */
const STACK_BYTES = 16n << 20n;
const ABOVE_STACK_BYTES = 1n << 16n;
/** Longer strings are cut. */
const MAX_STRING = 40;

/** Undefined if it is none of that process. `kernel` is the one in which it is used. */
export async function describeAddress(
  layout: ProcessLayout,
  address: bigint,
  kernel: number,
  pageBytes: number,
): Promise<ForeignAddress | undefined> {
  const own = { kernel: layout.kernel };
  const { start, end, pages, pagesEnd, stack } = layout;
  if (address >= start && address < end)
    return { ...own, ...(await inProgram(layout.executable, Number(address - start))) };
  if (address >= pages && address < pagesEnd) {
    const pfn = (address - pages) / layout.pageStructBytes;
    return { ...own, what: `the struct page of 0x${(pfn * BigInt(pageBytes)).toString(16)}` };
  }
  if (address < stack - STACK_BYTES || address > stack + ABOVE_STACK_BYTES) return undefined;
  const isOver = layout.kernel === kernel;
  return { ...own, what: isOver ? 'memory behind the end of the stack' : 'a variable on a stack' };
}

async function inProgram(
  executable: string,
  offset: number,
): Promise<Omit<ForeignAddress, 'kernel'>> {
  const { stdout } = await runTool('nm', ['-l', '-S', executable]);
  for (const [, at = '', size = '', kind = '', name = '', path, line] of stdout.matchAll(SYMBOL)) {
    const start = Number.parseInt(at, 16);
    if (offset < start || offset >= start + Number.parseInt(size, 16)) continue;
    const what = /[tw]/i.test(kind) ? `the function ${name}()` : `the variable ${name}`;
    if (path === undefined) return { what };
    return { what, site: { path, line: Number(line), column: 1 } };
  }
  const string = stringAt(executable, offset);
  return { what: string === undefined ? 'a constant of the program' : `the string ${string}` };
}

const SYMBOL = /^([0-9a-f]+) ([0-9a-f]+) ([A-Za-z]) (\S+)(?:\t(.+):(\d+))?$/gm;

/** What is read at an offset as text, in quotes; undefined if it is none. */
function stringAt(executable: string, offset: number): string | undefined {
  const bytes = Buffer.alloc(MAX_STRING);
  const fd = openSync(executable, 'r');
  try {
    const at = fileOffset(fd, offset);
    if (at === undefined) return undefined;
    const text = bytes.subarray(0, readSync(fd, bytes, 0, MAX_STRING, at)).toString('latin1');
    const [string = ''] = text.split('\0', 1);
    return /^[\t\n\x20-\x7e]+$/.test(string) ? JSON.stringify(string) : undefined;
  } finally {
    closeSync(fd);
  }
}

const ELF_HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const PT_LOAD = 1;

/** Where a 64-bit ELF file has what is loaded at an offset. */
function fileOffset(fd: number, offset: number): number | undefined {
  const header = Buffer.alloc(ELF_HEADER_BYTES);
  readSync(fd, header, 0, ELF_HEADER_BYTES, 0);
  const first = Number(header.readBigUInt64LE(32));
  const segment = Buffer.alloc(SEGMENT_BYTES);
  for (let index = 0; index < header.readUInt16LE(56); index++) {
    readSync(fd, segment, 0, SEGMENT_BYTES, first + index * SEGMENT_BYTES);
    const start = Number(segment.readBigUInt64LE(16));
    const end = start + Number(segment.readBigUInt64LE(32));
    if (segment.readUInt32LE(0) !== PT_LOAD || offset < start || offset >= end) continue;
    return Number(segment.readBigUInt64LE(8)) + offset - start;
  }
  return undefined;
}
