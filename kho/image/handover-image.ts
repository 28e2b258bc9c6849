import type { ByteOrder } from '../../fdt/index.ts';

/** Architectures that can hand over. */
export type Architecture = 'x86_64' | 'arm64';

/** A range of physical memory, in bytes. */
export interface PhysRange {
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

/**
 * Physical memory of which some is known. Both methods are pure: reading a range that is not
 * known, in whole or in part, is a fact and not a failure.
 */
export interface PhysicalMemory {
  /** The bytes of the range, or undefined if any of them is not known. */
  read(address: bigint, lengthBytes: number): Uint8Array | undefined;
  /** What is known, ascending and disjoint. */
  ranges(): readonly PhysRange[];
}

/** A NUMA node and the memory it has, ascending and disjoint. */
export interface NumaNode {
  readonly id: number;
  readonly ranges: readonly PhysRange[];
}

/** The root FDT: a place in memory, or bytes whose place nobody knows (a file of debugfs). */
export type RootFdt =
  | ({ readonly kind: 'in-memory' } & PhysRange)
  | { readonly kind: 'file'; readonly bytes: Uint8Array };

/**
 * One handover, whoever made it: the memory as it was when the first kernel jumped, and where to
 * start reading. The narrow waist of the project: decoders, checks and pictures take nothing else.
 */
export interface HandoverImage {
  readonly memory: PhysicalMemory;
  /** Where the boot data says the root FDT is. */
  readonly rootFdt: RootFdt;
  /** In the order of the kernel's array; undefined if nothing says where scratch is. */
  readonly scratch: readonly PhysRange[] | undefined;
  /** Where the kernel's array of scratch regions is, where boot data says. */
  readonly scratchArray?: PhysRange;
  /** The seed's mem cache: ranges to reserve before the page allocator starts. */
  readonly memCache?: PhysRange;
  /** All of the machine's memory, where that is known; `memory` may know less. */
  readonly ram?: readonly PhysRange[];
  /** Where that is known. */
  readonly numaNodes?: readonly NumaNode[];
  /** Name of the row in the releases table that wrote it; undefined for what it says itself. */
  readonly release?: string;
  readonly architecture: Architecture;
  readonly byteOrder: ByteOrder;
  readonly pageSizeBytes: number;
}
