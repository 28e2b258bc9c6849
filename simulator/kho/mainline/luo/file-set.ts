// The files of one session, from preserving to finishing. Models kernel/liveupdate/luo_file.c.
import {
  FILE_ARRAY_PAGES,
  hexText,
  LUO_FILE_SER,
  readStruct,
  writeStruct,
} from '../../../../kho/index.ts';
import type { OpenFile } from '../../../kernel/open-file.ts';
import { EBUSY, EEXIST, EINVAL, ENOENT, errorName } from '../errors.ts';
import type { PreservedBlock } from '../preservations.ts';
import { findingAt, hasDefect } from '../state.ts';
import {
  EntryBlocks,
  type EntryStore,
  FileArray,
  readBlocks,
  readFileArray,
} from './entry-store.ts';
import { LUO, type LuoEnvironment } from './environment.ts';
import type { FileHandler, OpArguments } from './file-handler.ts';
import { dropFlbs, preserveFlbs } from './flb.ts';
import type { Handlers } from './handlers.ts';
import { OpWatch } from './op-watch.ts';
import { WriteWatch } from './write-watch.ts';

const EBADF = 9;

interface LuoFile {
  readonly handler: FileHandler;
  readonly token: bigint;
  readonly args: OpArguments;
  /** What two descriptors of it have in common, while it is known to be preserved. */
  id: unknown;
  readonly watch: OpWatch;
  /** Of a file that user space may still write to, and that is a driver's. */
  readonly writes?: WriteWatch;
}

/** What a session writes of its files: struct luo_file_set_ser. */
export interface FileSetSer {
  readonly files: number;
  readonly count: number;
}

export const NO_FILES: FileSetSer = { files: 0, count: 0 };

export class FileSet {
  readonly #env: LuoEnvironment;
  readonly #handlers: Handlers;
  readonly #session: string;
  readonly #files: LuoFile[] = [];
  readonly #store: EntryStore;
  /** Where the kernel before wrote these files, until they are finished. */
  #incoming: readonly number[] = [];

  constructor(env: LuoEnvironment, handlers: Handlers, session: string) {
    this.#env = env;
    this.#handlers = handlers;
    this.#session = session;
    const { context, layout, memory } = env;
    this.#store =
      layout.files === 'blocks'
        ? new EntryBlocks(context, LUO_FILE_SER, memory)
        : new FileArray(context, LUO_FILE_SER, FILE_ARRAY_PAGES, memory);
  }

  get count(): number {
    return this.#files.length;
  }

  get tokens(): readonly bigint[] {
    return this.#files.map(({ token }) => token);
  }

  /** Of the file that was preserved first. */
  get handler(): FileHandler | undefined {
    return this.#files[0]?.handler;
  }

  /** What the files of drivers had preserved when they were handed over, by their tokens. */
  get preserved(): ReadonlyMap<bigint, readonly PreservedBlock[]> {
    return new Map(this.#files.map(({ token, watch }) => [token, [...watch.blocks]]));
  }

  /** luo_preserve_file(). */
  async preserve(token: bigint, file: OpenFile | undefined): Promise<number> {
    if (this.#files.some((each) => each.token === token)) return -EEXIST;
    const grown = this.#store.grow(this.count + 1);
    if (grown !== 0) return grown;
    const error = file === undefined ? -EBADF : await this.#preserve(token, file.get());
    if (error === 0) return 0;
    if (file !== undefined) await file.put();
    this.#store.shrink(this.count);
    return error;
  }

  async #preserve(token: bigint, file: OpenFile): Promise<number> {
    const handler = await this.#handlers.handlerFor(file);
    if (handler === undefined) return -ENOENT;
    const id = await handler.idOf(file);
    if (!this.#handlers.addPreserved(id)) return -EBUSY;
    const error = await this.#preserveWith(handler, token, file, id);
    if (error !== 0) this.#handlers.removePreserved(id);
    return error;
  }

  async #preserveWith(
    handler: FileHandler,
    token: bigint,
    file: OpenFile,
    id: unknown,
  ): Promise<number> {
    const flbs = await preserveFlbs(handler);
    if (flbs !== 0) return flbs;
    const watch = new OpWatch(this.#env, handler.compatible, handler);
    const args = { file, serializedData: 0n, privateData: 0n, retrieveStatus: 0 };
    let error = this.#env.allocate('kzalloc');
    if (error === 0) {
      error = await watch.during(() => handler.preserve(args));
      if (error !== 0) watch.reportLeft('preserve', `failed with ${error}`);
    }
    if (error !== 0) {
      await dropFlbs(handler, 'unpreserve');
      return error;
    }
    const writes =
      file.body.kind === 'driver' ? new WriteWatch(this.#env, file, watch, args) : undefined;
    this.#files.push({ handler, token, args, id, watch, ...(writes && { writes }) });
    this.#checkData(handler, args);
    return 0;
  }

  /** Whether the reference to a file is dropped before its handler has done with it. */
  get #dropsFirst(): boolean {
    return hasDefect(this.#env.context, 'file-dropped-first');
  }

  /** luo_file_unpreserve_files(): last preserved first. */
  async unpreserve(): Promise<void> {
    for (let file = this.#files.at(-1); file !== undefined; file = this.#files.at(-1)) {
      const { handler, args, watch, id } = file;
      if (args.file !== undefined) args.file.beforeWrite = undefined;
      if (this.#dropsFirst) await args.file?.put();
      await handler.unpreserve({ ...args });
      watch.reportLeft('unpreserve', 'returned');
      await dropFlbs(handler, 'unpreserve');
      this.#handlers.removePreserved(id);
      this.#files.pop();
      this.#store.shrink(this.count);
      if (!this.#dropsFirst) await args.file?.put();
    }
    this.#store.shrink(0);
  }

  /** luo_file_freeze(): what to write of it, or a negated error, after what was done is undone. */
  async freeze(): Promise<FileSetSer | number> {
    if (this.count === 0) return NO_FILES;
    for (const [index, { handler, args, watch, token }] of this.#files.entries()) {
      if (!handler.has('freeze')) continue;
      const before = watch.blocks.length;
      const error = await watch.during(() => handler.freeze(args));
      if (error >= 0) continue;
      watch.reportLeft('freeze', `failed with ${error}`, before);
      this.#env.context.kernel.print(
        `luo: Freeze failed for token[${tokenText(token)}] handler[${handler.compatible}] ` +
          `err[-${errorName(error)}]`,
      );
      await this.#unfreeze(index);
      return error;
    }
    for (const { handler, args, writes } of this.#files) {
      this.#checkData(handler, args);
      writes?.report(handler);
    }
    const { byteOrder } = this.#env.context.kernel.machine;
    this.#store.write(
      this.#files.map(({ handler: { compatible }, args: { serializedData: data }, token }) =>
        writeStruct(LUO_FILE_SER, { compatible, data, token }, byteOrder),
      ),
    );
    return { files: this.#store.address, count: this.count };
  }

  /** luo_file_unfreeze(). */
  async unfreeze(): Promise<void> {
    if (this.count > 0) await this.#unfreeze(this.count);
  }

  /** The first `count` files, in the order in which they were frozen. */
  async #unfreeze(count: number): Promise<void> {
    const isWrittenBack = hasDefect(this.#env.context, 'unfreeze-written-back');
    for (const { handler, args } of this.#files.slice(0, count)) {
      if (!handler.has('unfreeze')) continue;
      const given = { ...args };
      await handler.unfreeze(given);
      if (isWrittenBack) args.serializedData = given.serializedData;
    }
    this.#store.write([]);
  }

  /** luo_retrieve_file(): the file, or a negated error. */
  async retrieve(token: bigint): Promise<OpenFile | number> {
    const file = this.#files.find((each) => each.token === token);
    if (file === undefined) return -ENOENT;
    const { args, handler } = file;
    if (args.retrieveStatus < 0) return args.retrieveStatus;
    if (args.retrieveStatus > 0) return args.file?.get() ?? -ENOENT;
    const error = await handler.retrieve(args);
    if (error !== 0) {
      // Until f85b1c6af5bc nothing was kept of a failure, and the next one tries again.
      if (this.#env.context.release.liveUpdate?.keepsRetrieveErrors) args.retrieveStatus = error;
      return error;
    }
    if (args.file === undefined) {
      this.#reportNoFile(handler);
      return -EINVAL;
    }
    args.retrieveStatus = 1;
    file.id = await handler.idOf(args.file);
    if (!this.#handlers.addPreserved(file.id))
      this.#env.context.kernel.warn('luo_retrieve_file', true);
    return args.file.get();
  }

  /** luo_file_finish(): all of them or, if one cannot yet, none. */
  async finish(origins: ReadonlyMap<bigint, readonly PreservedBlock[]>): Promise<number> {
    for (const { handler, args } of this.#files)
      if (handler.has('can_finish') && !(await handler.canFinish({ ...args }))) return -EBUSY;
    for (let file = this.#files.at(-1); file !== undefined; file = this.#files.at(-1)) {
      const { handler, args, id, token } = file;
      if (this.#dropsFirst) await args.file?.put();
      await handler.finish({ ...args });
      this.#reportNotRestored(handler, origins.get(token) ?? []);
      await dropFlbs(handler, 'finish');
      if (args.file !== undefined) {
        this.#handlers.removePreserved(id);
        if (!this.#dropsFirst) await args.file.put();
      }
      this.#files.pop();
    }
    this.#freeIncoming();
    return 0;
  }

  /** luo_file_deserialize(): 0 or a negated error. */
  deserialize({ files, count }: FileSetSer): number {
    if (files === 0) {
      if (count > 0) this.#env.context.kernel.warn('luo_file_deserialize', true);
      return 0;
    }
    const { context, layout } = this.#env;
    const { kernel } = context;
    const found =
      layout.files === 'blocks'
        ? readBlocks(context, LUO_FILE_SER, files)
        : readFileArray(context, LUO_FILE_SER, FILE_ARRAY_PAGES, files, count);
    if (typeof found === 'number') return found;
    this.#incoming = found.memory;
    let error = 0;
    for (const bytes of found.entries) {
      error = this.#deserializeOne(bytes);
      if (error !== 0) break;
    }
    if (error === 0 && this.count !== count) {
      kernel.print(`luo: File count mismatch: expected ${count}, found ${this.count}`);
      error = -EINVAL;
    }
    if (error === 0) return 0;
    this.#files.length = 0;
    this.#freeIncoming();
    return error;
  }

  /** Files that nobody finished, of handlers that have no line in a driver. */
  get unfinishedBuiltIn(): number {
    return this.#files.filter(({ handler }) => handler.isBuiltIn).length;
  }

  #deserializeOne(bytes: Uint8Array): number {
    const { kernel } = this.#env.context;
    const { compatible, data, token } = readStruct(
      LUO_FILE_SER,
      bytes,
      0,
      kernel.machine.byteOrder,
    );
    const handler = this.#handlers.named(compatible);
    if (handler === undefined) {
      kernel.print(`luo: No registered handler for compatible '${compatible}'`);
      this.#handlers.reportMissing(compatible, this.#session);
      return -ENOENT;
    }
    const error = this.#env.allocate('kzalloc');
    if (error !== 0) return error;
    const args: OpArguments = {
      file: undefined,
      serializedData: data,
      privateData: 0n,
      retrieveStatus: 0,
    };
    const watch = new OpWatch(this.#env, handler.compatible, handler);
    this.#files.push({ handler, token, args, id: undefined, watch });
    return 0;
  }

  #freeIncoming(): void {
    for (const address of this.#incoming) this.#env.restorer.free(address, LUO);
    this.#incoming = [];
  }

  /** A handle that is an address of this kernel cannot be used in the next. */
  #checkData({ compatible, driver, site }: FileHandler, { serializedData }: OpArguments): void {
    const { kernel } = this.#env.context;
    const physical = serializedData - kernel.directMapBase;
    const isVirtual = physical >= 0n && kernel.machine.ram.has(Number(physical));
    if (!isVirtual && !kernel.vmalloc.isInside(serializedData)) return;
    findingAt(
      kernel,
      { driver, ...(site && { site }) },
      {
        rule: 'stale-pointer',
        severity: 'error',
        message:
          `the serialized data of a file of ${compatible} is ${hexText(serializedData)}, ` +
          `a virtual address of kernel ${kernel.number}`,
        help: 'hand over physical addresses, and use va() on them in the next kernel',
      },
    );
  }

  #reportNoFile({ compatible, driver, site }: FileHandler): void {
    findingAt(
      this.#env.context.kernel,
      { driver, ...(site && { site }) },
      {
        rule: 'luo-no-file',
        severity: 'error',
        message: `retrieve() of ${compatible} returned 0 and set no file`,
        help: 'make a file, with anonInodeGetfile() say, and put it into the arguments',
      },
    );
  }

  /** What preserve() of the kernel before preserved is taken back by now, or nobody will. */
  #reportNotRestored(handler: FileHandler, blocks: readonly PreservedBlock[]): void {
    const { kernel } = this.#env.context;
    const { setAside } = this.#env;
    const said = new Set<string>();
    for (const { pfn, order, by } of blocks) {
      if (setAside?.orderAt(pfn) !== order) continue;
      const key = `${by.call} ${by.site?.line}:${by.site?.column}`;
      if (said.has(key)) continue;
      said.add(key);
      findingAt(kernel, by, {
        rule: 'never-restored',
        severity: 'warning',
        message:
          `memory that ${by.call}() preserved for a file of ${handler.compatible} is not ` +
          `restored when its finish() returns, in kernel ${kernel.number}`,
        help: 'LUO frees nothing of a handler: finish() takes back what retrieve() did not',
        related:
          handler.site === undefined
            ? []
            : [{ message: 'the handler was registered here', site: handler.site }],
      });
    }
  }
}

/** As "%#0llx" prints it. */
function tokenText(token: bigint): string {
  return token === 0n ? '0' : `0x${token.toString(16)}`;
}
