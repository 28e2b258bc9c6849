// Where the sessions of the Live Update Orchestrator are written for the next kernel, and read by
// it: an array of fixed size (to 7.1), or blocks that grow (from 7.2 on). Models
// kernel/liveupdate/luo_session.c and kho_block.c.
import {
  entriesInPage,
  KHO_BLOCK_HEADER_SER,
  LUO_SESSION_HEADER_SER,
  LUO_SESSION_SER,
  MAX_BLOCKS,
  readStruct,
  SESSION_ARRAY_PAGES,
  writeStruct,
} from '../../../kho/index.ts';
import { EINVAL, ENOMEM } from './errors.ts';
import type { Context } from './state.ts';
import { readU64 } from './tracker.ts';

/** Memory that is preserved, zeroed, of that many bytes; undefined if there is none. */
export type AllocatePreserved = (sizeBytes: number) => number | undefined;

/** Room for the sessions of one kernel. */
export interface SessionStore {
  /** What the next kernel is told; 0 if there is nothing to read. */
  readonly address: number;
  /** Makes room for that many sessions; 0 or a negated error. */
  grow(count: number): number;
  /** Gives back what that many sessions do not need. */
  shrink(count: number): void;
  write(names: readonly string[]): void;
}

/** One array, whose size is that of its allocation. */
export class SessionArray implements SessionStore {
  readonly #context: Context;
  readonly address: number;

  constructor(context: Context, address: number) {
    this.#context = context;
    this.address = address;
  }

  grow(count: number): number {
    const { pageBytes } = this.#context.kernel.machine;
    const bytes = SESSION_ARRAY_PAGES * pageBytes - LUO_SESSION_HEADER_SER.sizeBytes;
    return count > Math.floor(bytes / LUO_SESSION_SER.sizeBytes) ? -ENOMEM : 0;
  }

  shrink(): void {}

  write(names: readonly string[]): void {
    const { memory, byteOrder } = this.#context.kernel.machine;
    const header = { count: BigInt(names.length) };
    memory.write(this.address, writeStruct(LUO_SESSION_HEADER_SER, header, byteOrder));
    for (const [i, name] of names.entries()) {
      const at = LUO_SESSION_HEADER_SER.sizeBytes + i * LUO_SESSION_SER.sizeBytes;
      memory.write(this.address + at, writeStruct(LUO_SESSION_SER, { name }, byteOrder));
    }
  }
}

/** A list of blocks of one page; what is there when the last is full is another. */
export class SessionBlocks implements SessionStore {
  readonly #context: Context;
  readonly #allocate: AllocatePreserved;
  readonly #free: (address: number) => void;
  readonly #blocks: number[] = [];
  #hasSessions = false;

  constructor(context: Context, allocate: AllocatePreserved, free: (address: number) => void) {
    this.#context = context;
    this.#allocate = allocate;
    this.#free = free;
  }

  get address(): number {
    return this.#hasSessions ? (this.#blocks[0] ?? 0) : 0;
  }

  /** kho_block_set_grow(). */
  grow(count: number): number {
    const before = this.#blocks.length;
    while (count > this.#blocks.length * this.#perBlock) {
      const block = this.#allocate(this.#context.kernel.machine.pageBytes);
      if (block === undefined || this.#blocks.length >= MAX_BLOCKS) {
        while (this.#blocks.length > before) this.#drop();
        return -ENOMEM;
      }
      this.#blocks.push(block);
      this.#link();
    }
    return 0;
  }

  /** kho_block_set_shrink(). */
  shrink(count: number): void {
    while (this.#blocks.length > 0 && count <= (this.#blocks.length - 1) * this.#perBlock)
      this.#drop();
  }

  /** Blocks that no session is written to keep a count of 0. */
  write(names: readonly string[]): void {
    const { memory, byteOrder } = this.#context.kernel.machine;
    this.#hasSessions = names.length > 0;
    for (const [b, block] of this.#blocks.entries()) {
      const some = names.slice(b * this.#perBlock, (b + 1) * this.#perBlock);
      const next = BigInt(this.#blocks[b + 1] ?? 0);
      const header = { next, count: BigInt(some.length) };
      memory.write(block, writeStruct(KHO_BLOCK_HEADER_SER, header, byteOrder));
      for (const [i, name] of some.entries()) {
        const at = KHO_BLOCK_HEADER_SER.sizeBytes + i * LUO_SESSION_SER.sizeBytes;
        memory.write(block + at, writeStruct(LUO_SESSION_SER, { name }, byteOrder));
      }
    }
  }

  get #perBlock(): number {
    const { pageBytes } = this.#context.kernel.machine;
    return entriesInPage(KHO_BLOCK_HEADER_SER, LUO_SESSION_SER, pageBytes);
  }

  #drop(): void {
    const block = this.#blocks.pop();
    if (block !== undefined) this.#free(block);
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

/** What a kernel finds of the one before: names, and the memory that they are in. */
export interface IncomingSessions {
  readonly names: readonly string[];
  /** Addresses that are restored and freed when the names have been read. */
  readonly memory: readonly number[];
}

/** The sessions of an array; what is no text is cut at its first NUL. */
export function readSessionArray({ kernel }: Context, address: number): IncomingSessions {
  const count = readU64(kernel, address);
  const { pageBytes } = kernel.machine;
  const most = Math.floor((SESSION_ARRAY_PAGES * pageBytes) / LUO_SESSION_SER.sizeBytes);
  const first = address + LUO_SESSION_HEADER_SER.sizeBytes;
  return { names: readNames({ kernel }, first, Math.min(count, most)), memory: [address] };
}

/** kho_block_set_restore(): the sessions of all blocks, or -EINVAL if a block cannot be. */
export function readSessionBlocks(context: Context, first: number): IncomingSessions | number {
  const { kernel } = context;
  const { memory, byteOrder, pageBytes } = kernel.machine;
  const most = entriesInPage(KHO_BLOCK_HEADER_SER, LUO_SESSION_SER, pageBytes);
  const names: string[] = [];
  const blocks: number[] = [];
  for (let block = first; block !== 0; ) {
    if (blocks.length >= MAX_BLOCKS) {
      kernel.print('Block set is corrupted');
      return -EINVAL;
    }
    const bytes = memory.read(block, KHO_BLOCK_HEADER_SER.sizeBytes);
    const { next, count } = readStruct(KHO_BLOCK_HEADER_SER, bytes, 0, byteOrder);
    if (count === 0n || count > BigInt(most)) {
      kernel.print(`Block contains invalid entry count: ${count}`);
      return -EINVAL;
    }
    blocks.push(block);
    names.push(...readNames(context, block + KHO_BLOCK_HEADER_SER.sizeBytes, Number(count)));
    block = Number(next);
  }
  return { names, memory: blocks };
}

function readNames({ kernel }: Pick<Context, 'kernel'>, at: number, count: number): string[] {
  const { memory, byteOrder } = kernel.machine;
  const size = LUO_SESSION_SER.sizeBytes;
  const bytes = memory.read(at, count * size);
  return Array.from(
    { length: count },
    (_, i) => readStruct(LUO_SESSION_SER, bytes, i * size, byteOrder).name,
  );
}
