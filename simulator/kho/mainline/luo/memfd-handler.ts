// How memfds are taken along: the handler that is built into the kernel, memfd-v1 (6.19, 7.0) and
// memfd-v2 (from 7.1 on). Models mm/memfd_luo.c.
import { assert } from '../../../../fdt/index.ts';
import {
  type AnyStruct,
  MEMFD_LUO_FOLIO_SER,
  MEMFD_LUO_SER_V1,
  readStruct,
  type Struct,
  writeStruct,
} from '../../../../kho/index.ts';
import { Memfd, SEALS } from '../../../kernel/memfd.ts';
import { OpenFile } from '../../../kernel/open-file.ts';
import { EINVAL, ENOMEM, EOPNOTSUPP } from '../errors.ts';
import { type CalledBy, hasDefect, kernelBugAt } from '../state.ts';
import type { LuoEnvironment } from './environment.ts';
import type { FileHandler, OpArguments, OptionalOp } from './file-handler.ts';
import type { Flb } from './flb.ts';

const EIO = 5;
const EFBIG = 27;
/** Pages of the largest file that is preserved: UINT_MAX. */
const MAX_PAGES: number = 2 ** 32 - 1;
/** MEMFD_LUO_FOLIO_DIRTY and MEMFD_LUO_FOLIO_UPTODATE. */
const DIRTY = 1n;
const UPTODATE = 2n;
const ALL_SEALS: number = Object.values(SEALS).reduce((all, seal) => all | seal, 0);
/** What shmem_file_setup() gives a file, as memfd-v1 makes them. */
const NO_MORE_SEALS: number = SEALS.F_SEAL_SEAL ?? 0;
const BY: CalledBy = { call: 'memfd', caller: { driver: 'memfd' } };

interface FolioEntry {
  readonly pfn: number;
  readonly index: number;
  readonly flags: bigint;
}

export class MemfdHandler implements FileHandler {
  readonly driver: string = BY.caller.driver;
  readonly site: undefined;
  readonly isBuiltIn = true;
  readonly compatible: string;
  readonly flbs: Flb[] = [];
  readonly #env: LuoEnvironment;
  readonly #struct: AnyStruct;

  constructor(env: LuoEnvironment, compatible: string, struct: AnyStruct) {
    this.#env = env;
    this.compatible = compatible;
    this.#struct = struct;
  }

  has(op: OptionalOp): boolean {
    return op === 'freeze' || op === 'get_id';
  }

  async canPreserve({ body }: OpenFile): Promise<boolean> {
    return body.kind === 'memfd';
  }

  async idOf({ body }: OpenFile): Promise<unknown> {
    return body.kind === 'memfd' ? body.memfd : undefined;
  }

  async preserve(args: OpArguments): Promise<number> {
    const memfd = memfdOf(args);
    memfd.isFrozen = true;
    const ser = this.#env.memory.allocate(this.#struct.sizeBytes);
    const error = ser === undefined ? -ENOMEM : this.#preserve(memfd, ser, args);
    if (error === 0) return 0;
    if (ser !== undefined) this.#env.memory.free(ser);
    memfd.isFrozen = false;
    return error;
  }

  async freeze(args: OpArguments): Promise<number> {
    if (args.serializedData === 0n) {
      this.#env.context.kernel.warn('memfd_luo_freeze');
      return -EINVAL;
    }
    // The position may have changed since; the rest is as it was.
    const address = Number(args.serializedData);
    const value = this.#read(address);
    this.#write(address, { ...value, pos: BigInt(memfdOf(args).position) });
    return 0;
  }

  async unfreeze(): Promise<void> {}

  async unpreserve(args: OpArguments): Promise<void> {
    const memfd = memfdOf(args);
    const { kernel } = this.#env.context;
    const { preserver, vmalloc } = this.#env.outgoing;
    memfd.isFrozen = false;
    const address = Number(args.serializedData);
    if (args.privateData !== 0n) {
      vmalloc.unpreserve(this.#foliosStruct(address), BY);
      for (const pfn of memfd.folios.values())
        if (preserver.known.at(pfn, 0) !== undefined) preserver.unpreserveBlock(pfn, 0, BY);
      kernel.freeArea(args.privateData, 'vfree', BY.caller);
    }
    this.#env.memory.free(address);
  }

  async retrieve(args: OpArguments): Promise<number> {
    const address = Number(args.serializedData);
    if (address === 0) return -EINVAL;
    const memfd = this.#alloc(address);
    const error = typeof memfd === 'number' ? memfd : this.#fill(memfd, address);
    this.#env.restorer.free(address, BY);
    if (typeof memfd === 'number') return error;
    if (error !== 0) this.#drop(memfd);
    else args.file = new OpenFile({ kind: 'memfd', memfd }, async () => memfd.free());
    return error;
  }

  async canFinish(): Promise<boolean> {
    return true;
  }

  async finish(args: OpArguments): Promise<void> {
    // Who retrieved it has it, and who failed to has cleaned up.
    if (args.retrieveStatus !== 0) return;
    const { restorer } = this.#env;
    const address = Number(args.serializedData);
    if (address === 0) return;
    const entries = this.#takeEntries(address);
    if (typeof entries !== 'number') this.#discardAll(entries);
    restorer.free(address, BY);
  }

  #preserve(memfd: Memfd, ser: number, args: OpArguments): number {
    if ((memfd.seals & ~ALL_SEALS) !== 0) return -EOPNOTSUPP;
    if (memfd.pageCount > MAX_PAGES) return -EFBIG;
    const value = {
      pos: BigInt(memfd.position),
      size: BigInt(memfd.size),
      seals: BigInt(memfd.seals),
      nr_folios: BigInt(memfd.pageCount),
    };
    if (memfd.size === 0) {
      this.#write(ser, value);
      args.serializedData = BigInt(ser);
      return 0;
    }
    const listed = this.#preserveFolios(memfd);
    if (typeof listed === 'number') return listed;
    this.#write(ser, value);
    const { memory } = this.#env.context.kernel.machine;
    memory.write(ser + this.#foliosOffset, listed.preservation);
    args.serializedData = BigInt(ser);
    args.privateData = listed.area;
    return 0;
  }

  /** memfd_luo_preserve_folios(): where the list of folios is. */
  #preserveFolios(memfd: Memfd): { preservation: Uint8Array; area: bigint } | number {
    const { kernel } = this.#env.context;
    const { preserver, vmalloc } = this.#env.outgoing;
    if (kernel.mayFail('kvmalloc')) return -ENOMEM;
    const pfns = kernel.mayFail('memfd_pin_folios') ? undefined : memfd.pin();
    if (pfns === undefined) {
      kernel.print(`memfd_luo: failed to pin folios: ${-ENOMEM}`);
      return -ENOMEM;
    }
    if (!hasDefect(this.#env.context, 'memfd-flag-uptodate-early')) memfd.fillStale();
    const sizeBytes = pfns.length * MEMFD_LUO_FOLIO_SER.sizeBytes;
    const area = kernel.mayFail('vcalloc')
      ? undefined
      : kernel.allocateArea(sizeBytes, false, BY.caller);
    if (area === undefined) return -ENOMEM;
    let error = 0;
    const done: number[] = [];
    for (const pfn of pfns) {
      error = kernel.mayFail('kho_preserve_folio')
        ? -ENOMEM
        : preserver.preserveBlock(pfn, 0, 'kho', BY);
      if (error !== 0) break;
      done.push(pfn);
    }
    if (error === 0) {
      this.#writeEntries(area.blocks, pfns, memfd);
      const preservation = kernel.mayFail('kho_preserve_vmalloc')
        ? -ENOMEM
        : vmalloc.preserve(area.address, BY, 'kho');
      if (typeof preservation !== 'number') return { preservation, area: area.address };
      error = preservation;
    }
    for (const pfn of done.reverse()) preserver.unpreserveBlock(pfn, 0, BY);
    kernel.freeArea(area.address, 'vfree', BY.caller);
    return error;
  }

  /** Until 7.0 the flags were those of that moment, whatever became of the folios later. */
  #flagsOf(memfd: Memfd, index: number): bigint {
    const { context } = this.#env;
    const { isUptodate, isDirty } = memfd.flagsOf(index);
    const uptodate = isUptodate || !hasDefect(context, 'memfd-flag-uptodate-early');
    const dirty = isDirty || !hasDefect(context, 'memfd-flag-dirty-early');
    return (uptodate ? UPTODATE : 0n) | (dirty ? DIRTY : 0n);
  }

  #writeEntries(blocks: readonly number[], pfns: readonly number[], memfd: Memfd): void {
    const { kernel } = this.#env.context;
    const { memory, byteOrder, pageBytes } = kernel.machine;
    const size = MEMFD_LUO_FOLIO_SER.sizeBytes;
    for (const [b, block] of blocks.entries()) {
      const page = new Uint8Array(pageBytes);
      const first = (b * pageBytes) / size;
      for (const [i, pfn] of pfns.slice(first, first + pageBytes / size).entries()) {
        const flags = this.#flagsOf(memfd, first + i);
        const value = { pfn: BigInt(pfn), flags, index: BigInt(first + i) };
        page.set(writeStruct(MEMFD_LUO_FOLIO_SER, value, byteOrder), i * size);
      }
      memory.write(kernel.addressOf(block), page);
    }
  }

  /** memfd_alloc_file(), with what the struct says of it. */
  #alloc(address: number): Memfd | number {
    const { kernel } = this.#env.context;
    const value = this.#read(address);
    const isV1 = this.#struct === MEMFD_LUO_SER_V1;
    const seals = isV1 ? NO_MORE_SEALS : Number(value.seals ?? 0);
    if ((seals & ~ALL_SEALS) !== 0) return -EOPNOTSUPP;
    if (kernel.mayFail('memfd_alloc_file')) {
      kernel.print('memfd_luo: failed to setup file: -ENOMEM');
      return -ENOMEM;
    }
    const memfd = new Memfd(kernel, Number(value.size ?? 0), seals);
    memfd.position = Number(value.pos ?? 0);
    return memfd;
  }

  /** memfd_luo_retrieve_folios(): what comes after a failure is taken back and freed. */
  #fill(memfd: Memfd, address: number): number {
    const { kernel } = this.#env.context;
    const { restorer } = this.#env;
    if (Number(this.#read(address).nr_folios ?? 0) === 0) return 0;
    const entries = this.#takeEntries(address);
    if (typeof entries === 'number') return entries;
    for (const [i, { pfn, index, flags }] of entries.entries()) {
      const at = kernel.addressOf(pfn);
      const folio = restorer.folio(at, BY);
      let error = 0;
      if (folio === undefined) {
        kernel.print(`memfd_luo: Unable to restore folio at physical address: ${at.toString(16)}`);
        error = -EIO;
      } else if (kernel.mayFail('mem_cgroup_charge')) {
        kernel.print(`memfd_luo: shmem: failed to charge folio index ${i}: ${-ENOMEM}`);
        kernel.putFolio(folio, BY.caller);
        error = -ENOMEM;
      }
      if (error !== 0) {
        this.#discardAll(entries.slice(i + 1));
        return error;
      }
      const isUptodate = (flags & UPTODATE) !== 0n;
      memfd.put(index, pfn, { isUptodate, isDirty: (flags & DIRTY) !== 0n });
      if (kernel.mayFail('shmem_inode_acct_blocks')) {
        kernel.print(`memfd_luo: shmem: failed to account folio index ${i}(1 pages): ${-ENOMEM}`);
        this.#notAccounted(memfd, index, pfn);
        this.#discardAll(entries.slice(i + 1));
        return -ENOMEM;
      }
      memfd.accounted += 1;
    }
    return 0;
  }

  /** The list of folios, whose own memory is free afterwards; holes are left out. */
  #takeEntries(address: number): readonly FolioEntry[] | number {
    const { kernel } = this.#env.context;
    const { memory, byteOrder } = kernel.machine;
    const count = Number(this.#read(address).nr_folios ?? 0);
    if (count === 0) return [];
    const at = this.#env.restorer.vmalloc(this.#foliosStruct(address), BY);
    const area = at === undefined ? undefined : kernel.vmalloc.at(at);
    if (area === undefined) return -EINVAL;
    const size = MEMFD_LUO_FOLIO_SER.sizeBytes;
    const entries: FolioEntry[] = [];
    const most = Math.min(count, Math.floor(kernel.vmalloc.sizeOf(area) / size));
    for (let i = 0; i < most; i++) {
      const bytes = memory.read(kernel.vmalloc.physicalAt(area, i * size), size);
      const { pfn, index, flags } = readStruct(MEMFD_LUO_FOLIO_SER, bytes, 0, byteOrder);
      if (pfn !== 0n) entries.push({ pfn: Number(pfn), index: Number(index), flags });
    }
    kernel.freeArea(area.address, 'vfree', BY.caller);
    return entries;
  }

  /** fput() of a file that could not be made: its folios go, and what was counted for them. */
  #drop(memfd: Memfd): void {
    const { kernel } = this.#env.context;
    const missing = memfd.folios.size - memfd.accounted;
    memfd.free();
    if (missing <= 0) return;
    kernelBugAt(
      kernel,
      BY.caller,
      `memfd_luo_retrieve() frees a file with ${missing} folios more than were counted: what ` +
        'tmpfs has left is too much from now on',
    );
  }

  /** The folio is in the file, which was not given room for it. */
  #notAccounted(memfd: Memfd, index: number, pfn: number): void {
    const { context } = this.#env;
    if (hasDefect(context, 'memfd-unaccounted-kept')) return;
    memfd.folios.delete(index);
    context.kernel.putFolio(context.kernel.addressOf(pfn), BY.caller);
  }

  #discardAll(entries: readonly FolioEntry[]): void {
    for (const { pfn } of entries) this.#discard(pfn);
  }

  #discard(pfn: number): void {
    const { kernel } = this.#env.context;
    const address = kernel.addressOf(pfn);
    const folio = this.#env.restorer.folio(address, BY);
    if (folio !== undefined) kernel.putFolio(folio, BY.caller);
    else
      kernel.print(
        `memfd_luo: Unable to restore folio at physical address: ${address.toString(16)}`,
      );
  }

  get #foliosOffset(): number {
    return this.#struct.fields.find(({ name }) => name === 'folios.first')?.offset ?? 0;
  }

  #foliosStruct(address: number): Uint8Array {
    const { memory } = this.#env.context.kernel.machine;
    const offset = this.#foliosOffset;
    return memory.read(address + offset, this.#struct.sizeBytes - offset);
  }

  #read(address: number): Readonly<Record<string, bigint>> {
    const { memory, byteOrder } = this.#env.context.kernel.machine;
    const bytes = memory.read(address, this.#struct.sizeBytes);
    return readStruct(this.#struct, bytes, 0, byteOrder) as Readonly<Record<string, bigint>>;
  }

  #write(address: number, value: Readonly<Record<string, bigint>>): void {
    const { memory, byteOrder } = this.#env.context.kernel.machine;
    // Values for which this version has no field are left out.
    const struct = this.#struct as Struct<string>;
    memory.write(address, writeStruct(struct, value, byteOrder));
  }
}

function memfdOf({ file }: OpArguments): Memfd {
  assert(file?.body.kind === 'memfd', 'only files that canPreserve() took come here');
  return file.body.memfd;
}
