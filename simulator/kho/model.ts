// What a release's KHO does, as the engine drives it. One model serves every release whose row
// says the same of memory map and subtrees.
import type { HandoverImage, Release } from '../../kho/index.ts';
import type { Fdt } from '../driver-api.ts';
import type { Caller, Kernel } from '../kernel/kernel.ts';
import type { Range } from '../machine/range-set.ts';
import type { PreservedRange } from '../result.ts';
import type { ApiAnswer, ApiCall } from '../runtime.ts';

/** What the model needs of the run: to call drivers. */
export interface DriverCalls {
  /** Drivers that are loaded, in the order of their initcalls. */
  readonly names: readonly string[];
  exports(driver: string, callback: string): boolean;
  /** True if the callback returned 0 or nothing; otherwise there is a finding. */
  call(driver: string, callback: string, args: readonly number[]): Promise<boolean>;
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
  /** Page frames that must survive the jump. */
  readonly preserved: readonly Range[];
  readonly handover?: Omit<HandoverImage, 'memory'>;
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

/** KHO in one kernel. */
export interface KhoModel {
  /** setup_arch(): reads what a previous kernel left, if there was one. */
  earlyBoot(bootPointer: number | undefined): void;
  /** The kernel has what it needs to start: reserves scratch, or what was handed over. */
  afterEarlyAllocations(): void;
  /** When the page allocator has started. */
  lateBoot(): void;
  readonly isKhoBoot: boolean;
  readonly incomingFdt: Fdt | undefined;
  readFile(path: string): Result<Uint8Array>;
  writeFile(path: string, text: string, drivers: DriverCalls): Promise<Result<void>>;
  load(kernelBytes: number, initrdBytes: number): Result<KexecImage>;
  /** Answers a driver's call to one of KHO's functions; undefined if it is none of them. */
  answer(call: ApiCall): ApiAnswer | undefined;
  /** The deserialize callback of a driver has returned. */
  deserialized(driver: string): void;
  /** The end of the kernel: says what was never claimed. */
  finish(): void;
  /** What this kernel would hand over, with its fate in `next`. */
  preserved(next: KhoModel | undefined): readonly PreservedRange[];
  /** What was serialized and not aborted. */
  readonly outgoingFdt: Uint8Array | undefined;
  /** Who wrote a node of it or, as `/node:property`, a property. */
  writerOf(place: string): Caller | undefined;
}

export type CreateKhoModel = (
  kernel: Kernel,
  release: Release,
  cmdline: string,
  previous: KhoModel | undefined,
) => KhoModel;
