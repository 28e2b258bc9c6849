// Where drivers run. The engine hands a runtime what a kernel is, and gets a process back whose
// drivers it can call; while a callback runs, the driver's own calls come back to the engine. The
// engine knows nothing of processes, files or time: a runtime does.
import type { ByteOrder } from '../fdt/index.ts';
import type { PageStore } from './machine/memory.ts';
import type { CallSite } from './result.ts';

/** What crosses between a driver and the engine. */
export type ApiValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly ApiValue[]
  | { readonly [name: string]: ApiValue };

/** A driver called one of the functions of driver-api.ts. */
export interface ApiCall {
  readonly driver: string;
  /** As in driver-api.ts. */
  readonly name: string;
  /** As the driver passed them: the engine checks them. */
  readonly args: readonly ApiValue[];
  readonly site?: CallSite;
}

export type ApiAnswer =
  | { readonly kind: 'value'; readonly value: ApiValue }
  /** The call made no sense; the runtime throws a TypeError with this text in the driver. */
  | { readonly kind: 'misuse'; readonly message: string };

/** Answers at once and never throws. */
export type CallHandler = (call: ApiCall) => ApiAnswer;

export interface DriverFile {
  /** Unique in a kernel: the name of the file without its ending. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** What a runtime has to know to give drivers their functions. */
export interface KernelBoot {
  /** From 1. */
  readonly kernel: number;
  /** Its name in the table of releases. */
  readonly release: string;
  readonly drivers: readonly DriverFile[];
  /** With parameters of drivers, for those who have any. */
  readonly cmdline: string;
  /** For Math.random() and the clock of the drivers: the same seed gives the same run. */
  readonly seed: number;
  /** Where the direct map starts; pa() and va() are computed with it. */
  readonly directMapBase: bigint;
  readonly pageBytes: number;
  readonly byteOrder: ByteOrder;
}

export interface Runtime {
  /** Kernels with these drivers will be booted one after the other: what they need may start. */
  prepare?(kernels: readonly (readonly DriverFile[])[]): void;
  /**
   * Starts a kernel and loads its drivers. Never rejects for what a driver does. `memory` is for
   * runtimes whose drivers follow pointers without a call.
   */
  boot(boot: KernelBoot, handler: CallHandler, memory: KernelMemory): Promise<KernelProcess>;
}

/** Pages next to each other, in virtual and in physical memory. */
export interface MappedPages {
  readonly virt: bigint;
  /** The first page frame. */
  readonly pfn: number;
  readonly pages: number;
  readonly isWritable: boolean;
}

/** What a driver does with memory; `called` where it takes it for a function. */
export type AccessVerb = 'read' | 'written' | 'called';

/** What an address is or was that is not the engine's, as in the program of a kernel. */
export interface ForeignAddress {
  readonly kernel: number;
  /** A noun, such as `the variable count`. */
  readonly what: string;
  readonly site?: CallSite;
}

/** What a kernel lets its drivers map. The engine owns all memory, and lends pages of it. */
export interface KernelMemory {
  /** Physical address behind the last byte of memory. */
  readonly endAddress: number;
  /** That of the kernel before. */
  readonly before: KernelMemory | undefined;
  /**
   * The pages around a virtual address that a driver may map, which are lent to `store` with this;
   * undefined if it may not use that address.
   */
  map(
    address: bigint,
    verb: 'read' | 'written',
    caller: { readonly driver: string; readonly site?: CallSite },
    store: PageStore,
  ): readonly MappedPages[] | undefined;
  /**
   * Says what was wrong with an access that map() refused, as a finding. The result is what the
   * callback, which must not go on, fails with. `foreign` is what the runtime knows of an address
   * that is none of the engine's.
   */
  refuse(
    address: bigint,
    verb: AccessVerb,
    caller: { readonly driver: string; readonly site?: CallSite },
    foreign?: ForeignAddress,
  ): string;
  /** Order of the block around an address of the direct map; 0 if there is none. */
  orderAt(address: bigint): number;
  /** Lends nothing to `store` any more; it must still be readable. */
  takeBackAll(store: PageStore): void;
}

export interface KernelProcess {
  /** In the order of KernelBoot.drivers. */
  readonly drivers: readonly LoadedDriver[];
  /**
   * Calls a function that a driver exports, with the kernel as its first argument and `args` after
   * it. After `timed-out` or `died` the process is gone, and so is every later call.
   */
  call(driver: string, callback: string, args: readonly ApiValue[]): Promise<CallbackOutcome>;
  /**
   * Writes a text to a file that a driver offers, or reads one if `text` is undefined. Absent
   * where drivers offer no files.
   */
  useFile?(path: string, text: string | undefined): Promise<FileOutcome>;
  /** The jump: whatever the drivers kept in variables is gone. */
  end(): Promise<void>;
}

export interface LoadedDriver {
  readonly name: string;
  /** Names of the functions it exports. */
  readonly callbacks: readonly string[];
  /** Why it could not be loaded. */
  readonly failure?: CallbackFailure;
  /** Why it could not be made from its source; then it is not there. */
  readonly problems?: readonly DriverProblem[];
}

/** What a compiler says of a driver. */
export interface DriverProblem {
  readonly message: string;
  readonly help?: string;
  readonly site: CallSite;
}

export type CallbackOutcome =
  /** `site` is where the function is, if it returned a number other than 0. */
  | { readonly kind: 'returned'; readonly value: ApiValue; readonly site?: CallSite }
  | CallbackFailure;

export type FileOutcome =
  /** No driver offers that file. */
  | { readonly kind: 'absent' }
  /** What it read, or nothing; `result` is a negated error or a number of bytes. */
  | { readonly kind: 'used'; readonly result: number; readonly bytes: Uint8Array }
  | ({ readonly driver: string } & CallbackFailure);

export type CallbackFailure =
  | { readonly kind: 'threw'; readonly message: string; readonly site?: CallSite }
  /** `site` is that of its last call, if it made one. */
  | { readonly kind: 'timed-out'; readonly limitMs: number; readonly site?: CallSite }
  | { readonly kind: 'died'; readonly reason: string; readonly site?: CallSite };
