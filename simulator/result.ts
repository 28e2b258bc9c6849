// What a run of a scenario leaves: a trace, findings, what each kernel did, the images handed over.
import type { Issue } from '../fdt/index.ts';
import type { HandoverImage } from '../kho/index.ts';

/** A phase of one kernel's life, in the kernel's order. */
export type Phase = 'early-boot' | 'late-boot' | 'run' | 'serialize' | 'load' | 'jump' | 'shutdown';

/** A place in a driver's source, as its author counts: line and column from 1. */
export interface CallSite {
  /** Absolute path of the file. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly functionName?: string;
}

/** What a sanitizer would say: one cause, said once, at the call that made it. */
export interface Finding {
  /** Stable kebab-case name; has a page under docs/rules. */
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** One plain sentence without a full stop. */
  readonly message: string;
  readonly help?: string;
  /** Where in the driver; absent if no driver's call made it. */
  readonly site?: CallSite;
  /** From 1. */
  readonly kernel: number;
  readonly phase: Phase;
  readonly driver?: string;
  /** The other end: where the memory was allocated, preserved, freed. */
  readonly related: readonly { readonly message: string; readonly site?: CallSite }[];
}

/** A range of physical memory that was preserved, and what became of it in the next kernel. */
export interface PreservedRange {
  readonly address: bigint;
  readonly sizeBytes: bigint;
  /** Path of the FDT node that lists it, or the call that preserved it. */
  readonly node: string;
  readonly driver?: string;
  readonly fate: 'claimed' | 'returned' | 'restored' | 'unclaimed' | 'no-next-kernel';
}

/** A call of a driver that may fail for lack of memory or room. */
export interface FallibleCall {
  /** Of all such calls of the run, from 1. */
  readonly number: number;
  /** From 1. */
  readonly kernel: number;
  readonly driver: string;
  /** As drivers in TypeScript call it. */
  readonly function: string;
  /** Of the driver's calls of that function in that kernel, from 1. */
  readonly nth: number;
  readonly site?: CallSite;
}

/** A place in a driver from which such calls are made. */
export interface FallibleSite {
  readonly driver: string;
  readonly function: string;
  readonly site?: CallSite;
  /** That called from it first. */
  readonly kernel: number;
  readonly calls: number;
  /** FallibleCall.number of them, those of the first 10,000 of a run. */
  readonly numbers: readonly number[];
}

export interface KernelSummary {
  /** From 1. */
  readonly kernel: number;
  readonly release: string;
  readonly drivers: readonly string[];
  readonly isKhoBoot: boolean;
  readonly phases: readonly Phase[];
  /** The FDT this kernel made for the next, if it made one. */
  readonly fdt?: Uint8Array;
  /** The same as source, typed by the bindings. */
  readonly fdtSource?: string;
  readonly preserved: readonly PreservedRange[];
  /** Lines of the simulated console, without time stamps. */
  readonly console: readonly string[];
}

export interface RunResult {
  readonly title: string;
  readonly seed: number;
  /** `completed`: every step of every kernel ran; the others say why not. */
  readonly outcome: 'completed' | 'stopped' | 'cancelled';
  /** Present unless completed: one sentence. */
  readonly reason?: string;
  /** Absent unless the scenario says which findings the run must have. */
  readonly expectation?: {
    /** Rules that were expected and did not come. */
    readonly missing: readonly string[];
    /** Rules that came and were not expected. */
    readonly unexpected: readonly string[];
  };
  /** One line an event, made when it is asked for; a long one is cut. */
  readonly trace: string;
  /** Events of the trace, those that were too many to be kept included. */
  readonly eventCount: number;
  /** All lines of the trace that were kept, without their ends. */
  traceLines(): Iterable<string>;
  readonly findings: readonly Finding[];
  /** Issues that the rules found in the FDTs made, as `kho check` would say them. */
  readonly issues: readonly Issue[];
  readonly kernels: readonly KernelSummary[];
  readonly images: readonly HandoverImage[];
  /** Calls of drivers that may fail for lack of memory or room. */
  readonly fallibleCalls: number;
  readonly fallibleSites: readonly FallibleSite[];
  /** Calls that were made to fail. */
  readonly faults: readonly FallibleCall[];
}
