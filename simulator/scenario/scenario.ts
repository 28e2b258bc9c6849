import type { Span } from '../../fdt/index.ts';
import type { Architecture } from '../../kho/index.ts';
import type { ContentPiece } from './content.ts';

/** What is run: a machine, its kernels one after the other, and what user space does in each. */
export interface Scenario {
  /** Of the file it was read from; paths in it are relative to its folder. */
  readonly path: string;
  readonly title: string;
  readonly seed: number;
  readonly machine: MachineSpec;
  /** Folders with bindings of its own, as written. */
  readonly bindings: readonly string[];
  readonly kernels: readonly KernelSpec[];
  /** Calls that are made to fail. */
  readonly faults?: readonly FaultSpec[];
  readonly expect: Expectation;
}

/** One call of a driver, which fails as it would for lack of memory or room. */
export interface FaultSpec {
  /** From 1. */
  readonly kernel: number;
  /** Or `kernel`, for what the kernel does itself. */
  readonly driver: string;
  /** As drivers in TypeScript call it: khoPreserveFolio. */
  readonly function: string;
  /** Of the driver's calls of that function in that kernel, from 1. */
  readonly nth: number;
}

export interface MachineSpec {
  readonly architecture: Architecture;
  readonly pageBytes: number;
  /** Ascending, disjoint, in whole pages. */
  readonly ram: readonly RamSpec[];
  /** NUMA nodes without memory. */
  readonly emptyNodes?: readonly number[];
}

export interface RamSpec {
  /** Physical address. */
  readonly start: number;
  readonly sizeBytes: number;
  /** NUMA node that has it; 0 if absent. */
  readonly node?: number;
}

/** Options that the kernel is built with, where they are not as usual. */
export interface KernelConfig {
  /** Struct pages are set up when early boot is over; off if absent. */
  readonly DEFERRED_STRUCT_PAGE_INIT?: boolean;
  /** KHO itself; on if absent. */
  readonly KEXEC_HANDOVER?: boolean;
  /** Its checks of what is preserved; on if absent. */
  readonly KEXEC_HANDOVER_DEBUG?: boolean;
}

export interface KernelSpec {
  readonly span: Span;
  readonly release: string;
  /** Kernel parameters, as a boot loader passes them. */
  readonly cmdline: string;
  /** Bugs that it has beyond those of its release: their numbers or names. */
  readonly kernelBugs: readonly string[];
  /** Bugs of its release that it does not have. */
  readonly kernelFixes: readonly string[];
  readonly config: KernelConfig;
  /** If it is not the machine's. */
  readonly pageBytes?: number;
  readonly drivers: readonly DriverSpec[];
  readonly steps: readonly Step[];
}

export interface DriverSpec {
  /** The name of the file without its ending. */
  readonly name: string;
  /** As written in the scenario. */
  readonly path: string;
  readonly span: Span;
}

export type KexecSyscall = 'kexec_file_load' | 'kexec_load';

/** Flags of the two system calls; each has its own. */
export type KexecFlag = 'KEXEC_FILE_ON_CRASH' | 'KEXEC_ON_CRASH' | 'KEXEC_PRESERVE_CONTEXT';

/** What user space does with a session: ioctls of include/uapi/linux/liveupdate.h, or close(). */
export type SessionVerb =
  | 'create'
  | 'retrieve'
  | 'preserve-fd'
  | 'retrieve-fd'
  | 'get-name'
  | 'finish'
  | 'close';

/** Something user space does. */
export type Step = { readonly span: Span } & (
  | {
      /** Calls a function that a driver exports. */
      readonly kind: 'call';
      readonly driver: string;
      readonly function: string;
      readonly args: readonly (string | number | boolean)[];
    }
  | {
      readonly kind: 'write';
      /** Or the name of an open file. */
      readonly path: string;
      readonly data: string;
      /** Where in an open file; where the last one ended if absent. */
      readonly at?: number;
      /** The error it must fail with, by its C name; none if absent. */
      readonly error?: string;
    }
  | {
      readonly kind: 'read';
      /** Or the name of an open file. */
      readonly path: string;
      readonly at?: number;
      /** The text it must give; any if absent. */
      readonly expect?: string;
      readonly error?: string;
    }
  | {
      /** `kexec_file_load()`, or the older system call that knows nothing of KHO. */
      readonly kind: 'kexec-load';
      readonly syscall: KexecSyscall;
      readonly flags: readonly KexecFlag[];
      readonly kernelBytes: number;
      readonly initrdBytes: number;
      readonly error?: string;
    }
  | {
      /** Something of /dev/liveupdate. */
      readonly kind: 'session';
      readonly action: SessionVerb;
      readonly session: string;
      /** As many sessions, with numbers from 0 behind the name. */
      readonly count?: number;
      /** Which open file is preserved. */
      readonly file?: string;
      readonly token: bigint;
      /** The name that the file gets that is retrieved. */
      readonly as?: string;
      readonly error?: string;
    }
  | {
      /** Opens a file of a driver, or /dev/liveupdate. */
      readonly kind: 'open';
      readonly path: string;
      readonly as: string;
      readonly error?: string;
    }
  | { readonly kind: 'close'; readonly file: string; readonly error?: string }
  | {
      /** `memfd_create()`, and what is written to it; the rest are holes. */
      readonly kind: 'memfd';
      readonly name: string;
      readonly sizeBytes: number;
      readonly content: readonly ContentPiece[];
      /** Bits of F_SEAL_*. */
      readonly seals: number;
    }
  | {
      /** Compares an open memfd: what is in no piece must be zero. */
      readonly kind: 'verify';
      readonly file: string;
      readonly sizeBytes?: number;
      readonly content: readonly ContentPiece[];
      readonly seals?: number;
      readonly position?: number;
    }
  | {
      /** `fallocate()` of a memfd: pages without content. */
      readonly kind: 'fallocate';
      readonly file: string;
      readonly at: number;
      readonly sizeBytes: number;
      readonly error?: string;
    }
  /** Memory gets short: the kernel takes back what it can have again. */
  | { readonly kind: 'reclaim' }
  /** `kexec -u`: what was loaded is not any more. */
  | { readonly kind: 'kexec-unload'; readonly isCrash: boolean }
  | {
      /** `reboot(LINUX_REBOOT_CMD_KEXEC)`. */
      readonly kind: 'kexec';
      /** What other tasks do once the state of sessions is written and before the jump. */
      readonly meanwhile?: readonly Step[];
      readonly error?: string;
    }
  /** The kernel panics: the crash kernel starts if one is loaded, and firmware if not. */
  | { readonly kind: 'panic' }
  /** `reboot(LINUX_REBOOT_CMD_RESTART)`: firmware starts the next kernel, and memory is gone. */
  | { readonly kind: 'reboot' }
);

export interface Expectation {
  /** The findings that the run must have; absent if any will do. */
  readonly findings?: readonly ExpectedFinding[];
}

export interface ExpectedFinding {
  readonly rule: string;
  /** `driver.ts:12`: exactly one finding, of that line; without it, any number anywhere. */
  readonly at?: string;
}
