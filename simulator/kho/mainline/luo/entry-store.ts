// Where the Live Update Orchestrator writes its entries (sessions, files of a session) for the next
// kernel, which reads them there: an array of fixed size (to 7.1), or blocks that grow (from 7.2
// on). Models kernel/liveupdate/luo_session.c, luo_file.c and kho_block.c.
import {
  type AnyStruct,
  entriesInPage,
  KHO_BLOCK_HEADER_SER,
  LUO_SESSION_HEADER_SER,
  MAX_BLOCKS,
  readStruct,
  writeStruct,
} from '../../../../kho/index.ts';
import { EINVAL, ENOMEM } from '../errors.ts';
import type { Context } from '../state.ts';
import { readU64 } from '../tracker.ts';

const ENOSPC = 28;

/** Memory that is preserved: how LUO gets it, and how it gives it back. */
export interface PreservedMemory {
  /** Zeroed, of that many bytes; undefined if there is none. */
  allocate(sizeBytes: number): number | undefined;
  free(address: number): void;
}

/** Room for the entries of one list. */
export interface EntryStore {
  /** What the next kernel is told; 0 if there is nothing to read. */
  readonly address: number;
  /** Makes room for that many entries; 0 or a negated error. */
  grow(count: number): number;
  /** Gives back what that many entries do not need. */
  shrink(count: number): void;
  write(entries: readonly Uint8Array[]): void;
}

/** The sessions until 7.1: an array that is always there, behind how many there are. */
export class SessionArray implements EntryStore {
  readonly #context: Context;
  readonly #struct: AnyStruct;
  readonly #pages: number;
  readonly address: number;

  constructor(context: Context, struct: AnyStruct, pages: number, address: number) {
    this.#context = context;
    this.#struct = struct;
    this.#pages = pages;
    this.address = address;
  }

  grow(count: number): number {
    const { pageBytes } = this.#context.kernel.machine;
    const bytes = this.#pages * pageBytes - LUO_SESSION_HEADER_SER.sizeBytes;
    return count > Math.floor(bytes / this.#struct.sizeBytes) ? -ENOMEM : 0;
  }

  shrink(): void {}

  write(entries: readonly Uint8Array[]): void {
    const { memory, byteOrder } = this.#context.kernel.machine;
    const header = { count: BigInt(entries.length) };
    memory.write(this.address, writeStruct(LUO_SESSION_HEADER_SER, header, byteOrder));
    const first = this.address + LUO_SESSION_HEADER_SER.sizeBytes;
    for (const [i, bytes] of entries.entries()) memory.write(first + i * bytes.length, bytes);
  }
}

/** The files of a session until 7.1: an array that comes with the first and goes with the last. */
export class FileArray implements EntryStore {
  readonly #context: Context;
  readonly #struct: AnyStruct;
  readonly #sizeBytes: number;
  readonly #memory: PreservedMemory;
  address = 0;

  constructor(context: Context, struct: AnyStruct, pages: number, memory: PreservedMemory) {
    this.#context = context;
    this.#struct = struct;
    this.#sizeBytes = pages * context.kernel.machine.pageBytes;
    this.#memory = memory;
  }

  grow(count: number): number {
    if (count > Math.floor(this.#sizeBytes / this.#struct.sizeBytes)) return -ENOSPC;
    if (this.address !== 0) return 0;
    this.address = this.#memory.allocate(this.#sizeBytes) ?? 0;
    return this.address === 0 ? -ENOMEM : 0;
  }

  shrink(count: number): void {
    if (count > 0 || this.address === 0) return;
    this.#memory.free(this.address);
    this.address = 0;
  }

  write(entries: readonly Uint8Array[]): void {
    if (this.address === 0) return;
    const { memory } = this.#context.kernel.machine;
    memory.fill(this.address, this.#sizeBytes, 0);
    for (const [i, bytes] of entries.entries())
      memory.write(this.address + i * bytes.length, bytes);
  }
}

/** A list of blocks of one page; what is there when the last is full is another. */
export class EntryBlocks implements EntryStore {
  readonly #context: Context;
  readonly #struct: AnyStruct;
  readonly #memory: PreservedMemory;
  readonly #blocks: number[] = [];
  #hasEntries = false;

  constructor(context: Context, struct: AnyStruct, memory: PreservedMemory) {
    this.#context = context;
    this.#struct = struct;
    this.#memory = memory;
  }

  get address(): number {
    return this.#hasEntries ? (this.#blocks[0] ?? 0) : 0;
  }

  /** kho_block_set_grow(). */
  grow(count: number): number {
    const before = this.#blocks.length;
    while (count > this.#blocks.length * this.#perBlock) {
      const isFull = this.#blocks.length >= MAX_BLOCKS;
      const { pageBytes } = this.#context.kernel.machine;
      const block = isFull ? undefined : this.#memory.allocate(pageBytes);
      if (block === undefined) {
        while (this.#blocks.length > before) this.#drop();
        return isFull ? -ENOSPC : -ENOMEM;
      }
      this.#blocks.push(block);
      this.#link();
    }
    return 0;
  }

  /** kho_block_set_shrink(): the last block goes first. */
  shrink(count: number): void {
    while (this.#blocks.length > 0 && count <= (this.#blocks.length - 1) * this.#perBlock)
      this.#drop();
  }

  /** Blocks that nothing is written to keep a count of 0. */
  write(entries: readonly Uint8Array[]): void {
    const { memory, byteOrder } = this.#context.kernel.machine;
    this.#hasEntries = entries.length > 0;
    for (const [b, block] of this.#blocks.entries()) {
      const some = entries.slice(b * this.#perBlock, (b + 1) * this.#perBlock);
      const next = BigInt(this.#blocks[b + 1] ?? 0);
      const header = { next, count: BigInt(some.length) };
      memory.write(block, writeStruct(KHO_BLOCK_HEADER_SER, header, byteOrder));
      const first = block + KHO_BLOCK_HEADER_SER.sizeBytes;
      for (const [i, bytes] of some.entries()) memory.write(first + i * bytes.length, bytes);
    }
  }

  get #perBlock(): number {
    const { pageBytes } = this.#context.kernel.machine;
    return entriesInPage(KHO_BLOCK_HEADER_SER, this.#struct, pageBytes);
  }

  #drop(): void {
    const block = this.#blocks.pop();
    if (block !== undefined) this.#memory.free(block);
    this.#link();
  }

  /** The last but one points to the last, which points nowhere. */
  #link(): void {
    const { memory, byteOrder } = this.#context.kernel.machine;
    for (const [i, block] of [...this.#blocks.entries()].slice(-2)) {
      const next = BigInt(this.#blocks[i + 1] ?? 0);
      memory.write(block, writeStruct(KHO_BLOCK_HEADER_SER, { next }, byteOrder));
    }
  }
}

/** What a kernel finds of the one before: entries, and the memory that they are in. */
export interface IncomingEntries {
  readonly entries: readonly Uint8Array[];
  /** Addresses that are restored and freed when the entries are not needed any more. */
  readonly memory: readonly number[];
}

/** The sessions of an array. */
export function readSessionArray(
  { kernel }: Context,
  struct: AnyStruct,
  pages: number,
  address: number,
): IncomingEntries {
  const { pageBytes } = kernel.machine;
  const most = Math.floor((pages * pageBytes) / struct.sizeBytes);
  const count = Math.min(readU64(kernel, address), most);
  const first = address + LUO_SESSION_HEADER_SER.sizeBytes;
  return { entries: readEntries({ kernel }, struct, first, count), memory: [address] };
}

/** The files of a session, where they are an array. */
export function readFileArray(
  { kernel }: Context,
  struct: AnyStruct,
  pages: number,
  address: number,
  count: number,
): IncomingEntries {
  const most = Math.floor((pages * kernel.machine.pageBytes) / struct.sizeBytes);
  const entries = readEntries({ kernel }, struct, address, Math.min(count, most));
  return { entries, memory: [address] };
}

/** kho_block_set_restore(): the entries of all blocks, or -EINVAL if a block cannot be. */
export function readBlocks(
  context: Context,
  struct: AnyStruct,
  first: number,
): IncomingEntries | number {
  const { kernel } = context;
  const { memory, byteOrder, pageBytes } = kernel.machine;
  const most = entriesInPage(KHO_BLOCK_HEADER_SER, struct, pageBytes);
  const entries: Uint8Array[] = [];
  const blocks: number[] = [];
  for (let block = first; block !== 0; ) {
    if (blocks.length >= MAX_BLOCKS) {
      kernel.print('luo: Block set is corrupted');
      return -EINVAL;
    }
    const bytes = memory.read(block, KHO_BLOCK_HEADER_SER.sizeBytes);
    const { next, count } = readStruct(KHO_BLOCK_HEADER_SER, bytes, 0, byteOrder);
    if (count === 0n || count > BigInt(most)) {
      kernel.print(`luo: Block contains invalid entry count: ${count}`);
      return -EINVAL;
    }
    blocks.push(block);
    const at = block + KHO_BLOCK_HEADER_SER.sizeBytes;
    entries.push(...readEntries(context, struct, at, Number(count)));
    block = Number(next);
  }
  return { entries, memory: blocks };
}

function readEntries(
  { kernel }: Pick<Context, 'kernel'>,
  struct: AnyStruct,
  at: number,
  count: number,
): Uint8Array[] {
  const size = struct.sizeBytes;
  const bytes = kernel.machine.memory.read(at, count * size);
  return Array.from({ length: count }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}
