// What a driver is written against. Types only: a driver imports them with `import type`, and gets
// the functions as its first argument. Names are the kernel's in camelCase; what takes or returns a
// pointer in C takes or returns an address here.

/** An address in the direct map of one kernel. Means nothing in the next. */
export type Virt = bigint;

/** A physical address. */
export type Phys = bigint;

/** A range of physical memory: struct kho_mem of include/uapi/linux/kexec.h, 2024 series. */
export interface KhoMem {
  readonly addr: Phys;
  /** In bytes. */
  readonly len: bigint;
}

/** An FDT being written or read: a handle, as opaque as the pointer is in C. */
export type Fdt = number & { readonly __brand: 'Fdt' };

/** `GFP_HIGHUSER_MOVABLE` memory may lie in scratch and must not be handed over. */
export type Gfp = 'GFP_KERNEL' | 'GFP_HIGHUSER_MOVABLE';

/**
 * What a driver's module exports, all of it optional. Each is called with the kernel it runs in.
 * A number other than 0 or undefined, as an error code is, says that it failed.
 */
export interface Driver {
  /** The initcall, on every boot: set up what the driver needs. */
  init?(k: Kernel): unknown;
  /** On a KHO boot, after init: find the previous kernel's state and take it over. */
  deserialize?(k: Kernel, fdt: Fdt): unknown;
  /** KEXEC_KHO_DUMP: write one top-level node. Any failure aborts the serialization. */
  serialize?(k: Kernel, fdt: Fdt): unknown;
  /** KEXEC_KHO_ABORT: undo what serialize did; also called if it never ran. */
  abort?(k: Kernel): unknown;
}

/** The functions of one kernel. Synchronous, as they are in C. */
export interface Kernel {
  /** PAGE_SIZE. */
  readonly pageSize: number;
  /** From 1: the first kernel, the one it jumps to, and so on. */
  readonly number: number;

  prInfo(message: string): void;
  prWarn(message: string): void;
  prErr(message: string): void;

  /** `__get_free_pages()`: 2^order pages, aligned to their size; 0n if there are none. */
  getFreePages(gfp: Gfp, order: number): Virt;
  /** `free_pages()`: what getFreePages() gave, with the same order. */
  freePages(address: Virt, order: number): void;
  /** `kzalloc()`: zeroed bytes, several of which may share a page; 0n if there are none. */
  kzalloc(sizeBytes: number, gfp: Gfp): Virt;
  /** `kfree()`. 0n is fine. */
  kfree(address: Virt): void;

  /** `__pa()`: physical address of an address in the direct map. */
  pa(address: Virt): Phys;
  /** `__va()`: where the direct map of this kernel has a physical address. */
  va(address: Phys): Virt;

  /** Reads memory. What this kernel does not own reads as poison and is a finding. */
  read(address: Virt, lengthBytes: number): Uint8Array;
  /** Writes memory. What this kernel does not own stays as it is, and that is a finding. */
  write(address: Virt, bytes: Uint8Array): void;
  readU32(address: Virt): number;
  writeU32(address: Virt, value: number): void;
  readU64(address: Virt): bigint;
  writeU64(address: Virt, value: bigint): void;

  /** `is_kho_boot()`. */
  isKhoBoot(): boolean;
  /** `kho_is_active()`: state is serialized and must not change. */
  khoIsActive(): boolean;
  /** `kho_get_fdt()`: what the previous kernel handed over, or null. */
  khoGetFdt(): Fdt | null;
  /** `kho_claim_mem()`: takes over a range for good; returns its address. */
  khoClaimMem(mem: KhoMem): Virt;
  /** `kho_return_mem()`: drops this reference to a range; the last one frees its pages. */
  khoReturnMem(mem: KhoMem): void;

  /** `fdt_begin_node()`. Like all writers: 0, or a negative `FDT_ERR_…`. */
  fdtBeginNode(fdt: Fdt, name: string): number;
  /** `fdt_property()`; a string is written with its NUL. */
  fdtProperty(fdt: Fdt, name: string, value: Uint8Array | string): number;
  /** `fdt_end_node()`. */
  fdtEndNode(fdt: Fdt): number;
  /** `fdt_path_offset()`: offset of a node, or a negative `FDT_ERR_…`. */
  fdtPathOffset(fdt: Fdt, path: string): number;
  /** `fdt_subnode_offset()`. */
  fdtSubnodeOffset(fdt: Fdt, parentOffset: number, name: string): number;
  /** `fdt_node_check_compatible()`: 0 if it matches, 1 if not, or a negative `FDT_ERR_…`. */
  fdtNodeCheckCompatible(fdt: Fdt, offset: number, compatible: string): number;
  /** `fdt_getprop()`: a copy of the value, or null. */
  fdtGetprop(fdt: Fdt, offset: number, name: string): Uint8Array | null;

  /** Bytes of u32 values in the CPU's byte order, for fdtProperty(). */
  u32(...values: readonly number[]): Uint8Array;
  /** Bytes of u64 values in the CPU's byte order. */
  u64(...values: readonly bigint[]): Uint8Array;
  /** Bytes of an array of struct kho_mem. */
  khoMem(ranges: readonly KhoMem[]): Uint8Array;
  /** The u32 values of a property, as u32() wrote them. Bytes that are left over are dropped. */
  toU32(value: Uint8Array): number[];
  /** The u64 values of a property. */
  toU64(value: Uint8Array): bigint[];
  /** The ranges of a `mem` property. Bytes that are left over are dropped, as C's division does. */
  toKhoMem(value: Uint8Array): KhoMem[];
}
