// Objects and functions of a kernel's drivers that the engine knows by a number, and what it calls
// of them. A number stays with its object until the kernel is gone.
import type { Kernel } from './driver-api.ts';
import type {
  File,
  LiveupdateFileHandler,
  LiveupdateFileOpArgs,
  LiveupdateFlb,
  LiveupdateFlbOpArgs,
  MiscDevice,
} from './driver-files.ts';
import type { ApiValue } from './runtime.ts';

/** Tells the engine what a callback set in its arguments. */
type Report = (...values: readonly ApiValue[]) => void;
type Callback = (kernel: Kernel, args: readonly ApiValue[], report: Report) => unknown;

const EINVAL = 22;

/** The objects of one kernel's process. */
export class DriverObjects {
  readonly #objects = new Map<bigint, unknown>();
  readonly #numbers = new Map<unknown, bigint>();
  #last = 0n;

  /** The number of an object; 0n for nothing. */
  numberOf(object: unknown): bigint {
    if (object === undefined || object === null) return 0n;
    const known = this.#numbers.get(object);
    if (known !== undefined) return known;
    this.#last += 1n;
    this.#objects.set(this.#last, object);
    this.#numbers.set(object, this.#last);
    return this.#last;
  }

  object(number: ApiValue): unknown {
    return typeof number === 'bigint' ? this.#objects.get(number) : undefined;
  }

  /** True for names of callbacks that are no function that a module exports. */
  static isName(callback: string): boolean {
    return callback.includes('.');
  }

  /** Calls what the engine asks for; a number, as callbacks of the kernel return. */
  call(callback: string, kernel: Kernel, args: readonly ApiValue[], report: Report): number {
    const run = this.#callbacks[callback];
    const value = run === undefined ? -EINVAL : run(kernel, args, report);
    if (typeof value === 'boolean') return value ? 1 : 0;
    return typeof value === 'number' ? value : 0;
  }

  /** The same as a function of a driver's module. */
  callback(name: string, report: Report): (k: Kernel, ...args: readonly ApiValue[]) => number {
    return (kernel, ...args) => this.call(name, kernel, args, report);
  }

  readonly #callbacks: Readonly<Record<string, Callback>> = {
    'file.open': (k, [number], report) => {
      const { fops } = this.object(number) as MiscDevice;
      const file: File = { fops, privateData: undefined, pos: 0 };
      const error = fops.open?.(k, file);
      if (typeof error === 'number' && error !== 0) return error;
      return report(this.numberOf(file));
    },
    'file.read': (k, [number, length], report) => {
      const file = this.object(number) as File;
      const bytes = file.fops.read?.(k, file, Number(length)) ?? -EINVAL;
      if (typeof bytes === 'number') return bytes;
      report(bytes);
      return bytes.length;
    },
    'file.write': (k, [number, text], report) => {
      void report;
      const file = this.object(number) as File;
      const bytes = Uint8Array.from(String(text), (letter) => letter.charCodeAt(0));
      return file.fops.write?.(k, file, bytes) ?? -EINVAL;
    },
    'file.release': (k, [number]) => {
      const file = this.object(number) as File;
      return file.fops.release?.(k, file);
    },
    'file_handler.can_preserve': (k, [number, file]) => {
      const handler = this.object(number) as LiveupdateFileHandler;
      return handler.ops.canPreserve(k, handler, this.object(file) as File);
    },
    'file_handler.get_id': (k, [number, file], report) => {
      const handler = this.object(number) as LiveupdateFileHandler;
      report(handler.ops.getId?.(k, this.object(file) as File) ?? 0n);
    },
    'file_handler.preserve': (k, args, report) =>
      this.#file(args, report, 'data', (ops, each) => ops.preserve(k, each)),
    'file_handler.unpreserve': (k, args, report) =>
      this.#file(args, report, 'nothing', (ops, each) => ops.unpreserve(k, each)),
    'file_handler.freeze': (k, args, report) =>
      this.#file(args, report, 'data', (ops, each) => ops.freeze?.(k, each)),
    'file_handler.unfreeze': (k, args, report) =>
      this.#file(args, report, 'data', (ops, each) => ops.unfreeze?.(k, each)),
    'file_handler.retrieve': (k, args, report) =>
      this.#file(args, report, 'file', (ops, each) => ops.retrieve(k, each)),
    'file_handler.can_finish': (k, args, report) =>
      this.#file(args, report, 'nothing', (ops, each) => ops.canFinish?.(k, each)),
    'file_handler.finish': (k, args, report) =>
      this.#file(args, report, 'nothing', (ops, each) => ops.finish(k, each)),
    'flb.preserve': (k, args, report) =>
      this.#flb(
        args,
        (ops, each) => ops.preserve(k, each),
        ({ data, obj }) => report(data, this.numberOf(obj)),
      ),
    'flb.unpreserve': (k, args) => this.#flb(args, (ops, each) => ops.unpreserve(k, each)),
    'flb.retrieve': (k, args, report) =>
      this.#flb(
        args,
        (ops, each) => ops.retrieve(k, each),
        ({ obj }) => report(this.numberOf(obj)),
      ),
    'flb.finish': (k, args) => this.#flb(args, (ops, each) => ops.finish(k, each)),
  };

  #file(
    [number, file, data, own, status]: readonly ApiValue[],
    report: Report,
    what: 'data' | 'file' | 'nothing',
    run: (ops: LiveupdateFileHandler['ops'], args: LiveupdateFileOpArgs) => unknown,
  ): unknown {
    const handler = this.object(number) as LiveupdateFileHandler;
    const args: LiveupdateFileOpArgs = {
      handler,
      file: (this.object(file) as File | undefined) ?? null,
      serializedData: typeof data === 'bigint' ? data : 0n,
      privateData: this.object(own),
      retrieveStatus: Number(status ?? 0),
    };
    const value = run(handler.ops, args);
    if (what === 'data') report(BigInt(args.serializedData), this.numberOf(args.privateData));
    else if (what === 'file') report(this.numberOf(args.file));
    return value;
  }

  #flb(
    [number, data, obj]: readonly ApiValue[],
    run: (ops: LiveupdateFlb['ops'], args: LiveupdateFlbOpArgs) => unknown,
    after: (args: LiveupdateFlbOpArgs) => void = () => {},
  ): unknown {
    const flb = this.object(number) as LiveupdateFlb;
    const args: LiveupdateFlbOpArgs = {
      flb,
      data: typeof data === 'bigint' ? data : 0n,
      obj: this.object(obj),
    };
    const value = run(flb.ops, args);
    after(args);
    return value;
  }
}
