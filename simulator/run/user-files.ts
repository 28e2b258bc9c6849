// What user space has open, by the names that a scenario gives: files of drivers, memfds, and
// /dev/liveupdate.
import type { Kernel } from '../kernel/kernel.ts';
import { Memfd, SEALS } from '../kernel/memfd.ts';
import { OpenFile } from '../kernel/open-file.ts';
import { errorName } from '../kho/mainline/errors.ts';
import { failed, type KhoModel, ok, type Result } from '../kho/model.ts';
import { asciiBytes } from '../kho/values.ts';
import type { ApiValue } from '../runtime.ts';
import type { Drivers } from './drivers.ts';
import {
  type Asked,
  type AskProcess,
  createInProcess,
  memfdOfEngine,
  memfdOfProcess,
  type UserMemfd,
} from './user-memfd.ts';

const LIVE_UPDATE = '/dev/liveupdate';
/** One read() of a driver's file. */
export const MAX_READ_BYTES: number = 1 << 20;
/** For a driver's file: read() and write(), not pread() and pwrite(). */
const WHERE_IT_IS = -1;
const NO_BYTES = new Uint8Array();

export class UserFiles {
  readonly #kernel: Kernel;
  readonly #kho: KhoModel;
  readonly #drivers: Drivers;
  readonly #open = new Map<string, OpenFile>();

  constructor(kernel: Kernel, kho: KhoModel, drivers: Drivers) {
    this.#kernel = kernel;
    this.#kho = kho;
    this.#drivers = drivers;
  }

  /** The open file of that name. */
  get(name: string): OpenFile | undefined {
    return this.#open.get(name);
  }

  /** Gives an open file a name; what had it before is closed. */
  async add(name: string, file: OpenFile): Promise<void> {
    await this.#open.get(name)?.put();
    this.#open.set(name, file);
  }

  /** open(). */
  async open(path: string): Promise<Result<OpenFile>> {
    if (path === LIVE_UPDATE) return this.#openLiveUpdate();
    const device = this.#kernel.devices.get(path);
    if (device === undefined) return failed('ENOENT');
    const { driver, handle } = device;
    const { value, reported } = await this.#ask(driver, 'file.open', [handle]);
    if (value !== 0) return failed(errorName(value));
    const [file] = reported;
    const name = typeof file === 'bigint' ? file : 0n;
    return ok(this.#file(driver, name));
  }

  /**
   * memfd_create() and ftruncate(), in the process of whose handler memfds are, or in the engine.
   * `mayBeSealed` is MFD_ALLOW_SEALING.
   */
  async createMemfd(
    name: string,
    sizeBytes: number,
    mayBeSealed: boolean,
  ): Promise<Result<OpenFile>> {
    const driver = this.#kernel.memfdDriver;
    if (driver === undefined) {
      const seals = mayBeSealed ? 0 : (SEALS.F_SEAL_SEAL ?? 0);
      const memfd = new Memfd(this.#kernel, sizeBytes, seals);
      return ok(new OpenFile({ kind: 'memfd', memfd }, async () => memfd.free()));
    }
    const handle = await createInProcess(this.#asking(driver), name, sizeBytes, mayBeSealed);
    return typeof handle === 'number' ? failed(errorName(handle)) : ok(this.#file(driver, handle));
  }

  /** The memfd that a file is; undefined if it cannot be one. */
  memfdOf({ body }: OpenFile): UserMemfd | undefined {
    if (body.kind === 'memfd') return memfdOfEngine(body.memfd);
    if (body.kind !== 'driver' || body.driver !== this.#kernel.memfdDriver) return undefined;
    return memfdOfProcess(body.handle, this.#asking(body.driver));
  }

  /** Memory gets short. */
  reclaim(): void {
    for (const { body } of this.#open.values()) if (body.kind === 'memfd') body.memfd.reclaim();
  }

  async close(name: string): Promise<Result<void>> {
    const file = this.#open.get(name);
    if (file === undefined) return failed('EBADF');
    this.#open.delete(name);
    await file.put();
    return ok(undefined);
  }

  /** read() where the file is; `at` is pread(). */
  async read({ body }: OpenFile, lengthBytes: number, at?: number): Promise<Result<Uint8Array>> {
    if (body.kind === 'live-update') return failed('EINVAL');
    if (body.kind === 'memfd') {
      const bytes = body.memfd.read(at ?? body.memfd.position, lengthBytes);
      if (at === undefined) body.memfd.position += bytes.length;
      return ok(bytes);
    }
    const { driver, handle } = body;
    const length = Math.min(lengthBytes, MAX_READ_BYTES);
    const { value, reported } = await this.#ask(driver, 'file.read', [
      handle,
      length,
      at ?? WHERE_IT_IS,
    ]);
    if (value < 0) return failed(errorName(value));
    return ok(reported[0] instanceof Uint8Array ? reported[0] : NO_BYTES);
  }

  /** write() where the file is; `at` is pwrite(). */
  async write(file: OpenFile, text: string, at?: number): Promise<Result<void>> {
    const { body } = file;
    file.beforeWrite?.();
    if (body.kind === 'live-update') return failed('EINVAL');
    if (body.kind === 'driver') {
      const args = [body.handle, text, at ?? WHERE_IT_IS];
      const { value } = await this.#ask(body.driver, 'file.write', args);
      return value < 0 ? failed(errorName(value)) : ok(undefined);
    }
    const bytes = asciiBytes(text);
    const count = body.memfd.write(at ?? body.memfd.position, bytes);
    if (count < 0) return failed(errorName(count));
    if (at === undefined) body.memfd.position += count;
    return ok(undefined);
  }

  #openLiveUpdate(): Result<OpenFile> {
    for (const { body } of this.#open.values())
      if (body.kind === 'live-update') return failed('EBUSY');
    const opened = this.#kho.openLiveUpdate(this.#drivers);
    if (opened.kind === 'error') return opened;
    return ok(new OpenFile({ kind: 'live-update' }, async () => {}));
  }

  #file(driver: string, handle: bigint): OpenFile {
    return new OpenFile({ kind: 'driver', driver, handle }, async () => {
      await this.#ask(driver, 'file.release', [handle]);
    });
  }

  #asking(driver: string): AskProcess {
    return (callback, args) => this.#ask(driver, callback, args);
  }

  async #ask(driver: string, callback: string, args: readonly ApiValue[]): Promise<Asked> {
    this.#kernel.reported = [];
    const { value } = await this.#drivers.ask(driver, callback, args);
    return { value, reported: this.#kernel.reported };
  }
}
