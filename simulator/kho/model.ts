// What a release's KHO does, as the engine drives it. One model serves every release whose row
// says the same of memory map and subtrees.
import type { HandoverImage, Release } from '../../kho/index.ts';
import type { Fdt } from '../driver-api.ts';
import type { Caller, Kernel } from '../kernel/kernel.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import type { Range } from '../machine/range-set.ts';
import type { CallSite, PreservedRange } from '../result.ts';
import type { ApiAnswer, ApiCall, ApiValue } from '../runtime.ts';

/** What the model needs of the run: to call drivers. */
export interface DriverCalls {
  /** Drivers that are loaded, in the order of their initcalls. */
  readonly names: readonly string[];
  exports(driver: string, callback: string): boolean;
  /** True if the callback returned 0 or nothing; otherwise there is a finding. */
  call(driver: string, callback: string, args: readonly ApiValue[]): Promise<boolean>;
  /** What a callback returned, 0 for nothing; a failure to return is a finding and -EFAULT. */
  ask(driver: string, callback: string, args: readonly ApiValue[]): Promise<CallbackAnswer>;
}

export interface CallbackAnswer {
  readonly value: number;
  /** Where the callback is, if it failed and that is known. */
  readonly site?: CallSite;
}

/** A piece of the image that the jump puts in place. */
export interface KexecSegment {
  readonly name: string;
  readonly range: Range;
  /** Absent for the kernel and the initrd, which are only room. */
  readonly bytes?: Uint8Array;
}

export interface KexecImage {
  readonly segments: readonly KexecSegment[];
  /** What the boot loader leaves in a register: boot parameters or device tree. */
  readonly bootPointer: number;
  readonly isKho: boolean;
  /** Absent for kexec_file_load(). */
  readonly syscall?: 'kexec_load';
  /** KEXEC_PRESERVE_CONTEXT: the kernel that is jumped to jumps back. */
  readonly returns?: boolean;
  /** KEXEC_FILE_ON_CRASH: for a panic, and all the memory that it has then. */
  readonly crashMemory?: Range;
}

/** What a jump leaves besides the image. */
export interface HandedOver {
  /** Page frames that the next kernel finds as they are. */
  readonly kept: readonly Range[];
  /** Absent if nothing is handed over. */
  readonly image?: Omit<HandoverImage, 'memory'>;
}

export const NOTHING_HANDED_OVER: HandedOver = { kept: [] };

/** An FDT that drivers wrote, for the rules about trees. */
export interface WrittenFdt {
  /** What the places of issues call it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Who wrote a node of it or, as `/node:property`, a property. */
  writerOf(place: string): Caller | undefined;
}

/** A result of a system call: an error by its C name. */
export type Result<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'error'; readonly error: string };

export function ok<T>(value: T): Result<T> {
  return { kind: 'ok', value };
}

export function failed(error: string): { readonly kind: 'error'; readonly error: string } {
  return { kind: 'error', error };
}

/** What user space does with a session of /dev/liveupdate: an ioctl() or a close(). */
export type SessionRequest = { readonly name: string } & (
  | { readonly action: 'create' | 'retrieve' | 'finish' | 'close' | 'get-name' }
  | {
      readonly action: 'preserve-fd';
      /** Undefined if there is no such descriptor. */
      readonly file: OpenFile | undefined;
      readonly token: bigint;
    }
  | { readonly action: 'retrieve-fd'; readonly token: bigint }
);

/** Something that a driver asked of KHO and that holds still. */
export type LeftInKho = { readonly site?: CallSite } & (
  | {
      readonly kind: 'preserved';
      /** Physical. */
      readonly address: number;
      /** The function that preserved it, as drivers call it. */
      readonly call: string;
    }
  | { readonly kind: 'subtree' | 'notifier'; readonly name: string }
);

/** What one call of a driver's source has preserved, however often it was made. */
export interface PreservedByCall {
  readonly driver: string;
  /** As drivers call it. */
  readonly call: string;
  readonly bytes: number;
  readonly site?: CallSite;
}

/** A blob that a root FDT names. */
export interface SubtreeOf {
  readonly name: string;
  /** Physical. */
  readonly address: number;
  readonly driver: string;
  readonly site?: CallSite;
}

/** A session of /dev/liveupdate. */
export interface SessionState {
  readonly name: string;
  /** In words: open, closed, of the kernel before. */
  readonly state: string;
}

/** KHO in one kernel. */
export interface KhoModel {
  /** setup_arch(): reads what a previous kernel left, if there was one. */
  earlyBoot(bootPointer: number | undefined): void;
  /** mm_core_init_early(): before large allocations of early boot. */
  beforeEarlyAllocations(): void;
  /** The kernel has what it needs to start: reserves scratch, or what was handed over. */
  afterEarlyAllocations(): void;
  /** When the page allocator has started. */
  lateBoot(): void;
  /** kho_init() and what of the kernel itself hands over; early initcalls ran before it. */
  initialize(): void;
  readonly isKhoBoot: boolean;
  /** Why the kernel cannot go on, once it cannot. */
  readonly panic: string | undefined;
  /** What `deserialize` callbacks get; undefined where there are none. */
  readonly incomingFdt: Fdt | undefined;
  readFile(path: string): Result<Uint8Array>;
  writeFile(path: string, text: string, drivers: DriverCalls): Promise<Result<void>>;
  load(kernelBytes: number, initrdBytes: number): Result<KexecImage>;
  /** open() of /dev/liveupdate by somebody who keeps it open. */
  openLiveUpdate(drivers: DriverCalls): Result<void>;
  /** What it gives: a file that was retrieved, a name, or nothing. */
  session(
    request: SessionRequest,
    drivers: DriverCalls,
  ): Promise<Result<OpenFile | string | undefined>>;
  /** Whether tasks that ask something of sessions wait until the jump. */
  readonly areSessionsLocked?: boolean;
  /**
   * reboot(LINUX_REBOOT_CMD_KEXEC), before anything is taken down; an error refuses it. With
   * `returns` the other kernel will jump back to this one.
   */
  reboot(drivers: DriverCalls, returns: boolean): Promise<Result<void>>;
  /** What drivers have preserved and a jump now would hand over, by the calls that did. */
  wouldHandOver(): Iterable<PreservedByCall>;
  /** Answers a driver's call to one of KHO's functions; undefined if it is none of them. */
  answer(call: ApiCall): ApiAnswer | undefined;
  /** The deserialize callback of a driver has returned. */
  deserialized(driver: string): void;
  /** What a driver has preserved and registered and not undone yet. */
  leftBy(driver: string): Iterable<LeftInKho>;
  /** A finding has said what becomes of the block at a physical address. */
  accountFor(address: number): void;
  /** FDTs that are as they will be and that no rule has seen yet. */
  uncheckedFdts(isJumping: boolean): readonly WrittenFdt[];
  /** machine_kexec() of an image that load() gave. */
  handOver(image: KexecImage): HandedOver;
  /** The end of the kernel: says what was never taken back. */
  finish(): void;
  /** What this kernel would hand over, with its fate in `next`. */
  preserved(next: KhoModel | undefined): readonly PreservedRange[];
  /** Blobs that the root FDT names. */
  readonly subtrees: readonly SubtreeOf[];
  /** Sessions of /dev/liveupdate; absent where there are none. */
  readonly sessions?: readonly SessionState[];
  /** The root FDT that was serialized and not aborted, or that is live. */
  readonly outgoingFdt: Uint8Array | undefined;
}

export type CreateKhoModel = (
  kernel: Kernel,
  release: Release,
  cmdline: string,
  previous: KhoModel | undefined,
) => KhoModel;
