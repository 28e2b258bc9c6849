// What a driver is written against. Types only: a driver imports them with `import type`, and gets
// the functions as its first argument. Names are the kernel's in camelCase; what takes or returns a
// pointer in C takes or returns an address here.

import type {
  File,
  FileOperations,
  LiveupdateFileHandler,
  LiveupdateFlb,
  MiscDevice,
} from './driver-files.ts';

export type * from './driver-files.ts';

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

/**
 * Flags of `include/linux/gfp_types.h`, joined as in C: `'GFP_KERNEL | __GFP_ZERO'`. Movable memory
 * may lie in scratch, may move, and must not be handed over.
 */
export type Gfp = GfpFlag | `${GfpFlag} | ${string}`;

/** One of them. GFP_ATOMIC and GFP_NOWAIT are for where nothing may sleep. */
export type GfpFlag =
  | 'GFP_KERNEL'
  | 'GFP_KERNEL_ACCOUNT'
  | 'GFP_ATOMIC'
  | 'GFP_NOWAIT'
  | 'GFP_NOIO'
  | 'GFP_NOFS'
  | 'GFP_USER'
  | 'GFP_HIGHUSER'
  | 'GFP_HIGHUSER_MOVABLE'
  | 'GFP_TRANSHUGE'
  | '__GFP_MOVABLE'
  | '__GFP_RECLAIMABLE'
  | '__GFP_ZERO'
  | '__GFP_COMP'
  | '__GFP_THISNODE'
  | '__GFP_ACCOUNT'
  | '__GFP_NOWARN'
  | '__GFP_NORETRY'
  | '__GFP_RETRY_MAYFAIL'
  | '__GFP_NOFAIL';

/** Where kho_retrieve_subtree() says that a subtree is. */
export interface RetrievedSubtree {
  readonly phys: Phys;
  /** In bytes; from 7.1 on. Before, the header of an FDT says. */
  readonly size?: number;
}

/** What notifiers are called for, from 6.16 to 6.18. */
export type KhoEvent = 'KEXEC_KHO_FINALIZE' | 'KEXEC_KHO_ABORT';

/** `struct kho_serialization`, as khoAddSubtree() takes it from 6.16 to 6.18. */
export type KhoSerialization = number & { readonly __brand: 'KhoSerialization' };

/** `struct kho_radix_tree`: a set of keys that a driver keeps in pages of its own. */
export interface KhoRadixTree {
  /** The page at the top, or 0n. Until 7.2 the driver allocates it, zeroed. */
  root: Virt;
}

/** `struct kho_radix_walk_cb`, 7.3. What is not 0 or nothing ends the walk. */
export interface KhoRadixWalkCb {
  /** For each key, ascending. */
  leaf?(key: bigint): unknown;
  /** For each page of the tree itself, before what is below it. */
  node?(phys: Phys): unknown;
}

/** `kho_radix_tree_walk_callback_t` of 7.1 and 7.2: for each block. */
export type KhoRadixWalkBlock = (phys: Phys, order: number) => unknown;

/**
 * A function that the driver exports under its own name. `ser` is null for KEXEC_KHO_ABORT. Returns
 * 0 or nothing, or a negated error, which aborts the serialization.
 */
export type KhoNotifier = (k: Kernel, event: KhoEvent, ser: KhoSerialization | null) => unknown;

/**
 * What a driver's module exports, all of it optional. Each is called with the kernel it runs in.
 * A number other than 0 or undefined, as an error code is, says that it failed.
 */
export interface Driver {
  /**
   * early_initcall(): before KHO is set up. What was preserved can be taken back; from 7.1 on
   * nothing can be preserved yet.
   */
  earlyInit?(k: Kernel): unknown;
  /** The initcall, on every boot: set up what the driver needs. */
  init?(k: Kernel): unknown;
  /**
   * Before a kexec, or a reboot that is none: reboot notifiers and shutdown() of devices. Nothing
   * can be refused any more.
   */
  beforeJump?(k: Kernel, isKexec: boolean): unknown;
  /** Seed: on a KHO boot, after init: find the previous kernel's state and take it over. */
  deserialize?(k: Kernel, fdt: Fdt): unknown;
  /** Seed: KEXEC_KHO_DUMP. Write one top-level node. Any failure aborts the serialization. */
  serialize?(k: Kernel, fdt: Fdt): unknown;
  /** Seed: KEXEC_KHO_ABORT. Undo what serialize did; also called if it never ran. */
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

  /** `mutex_lock()` of a mutex of the driver's own; every name is one. */
  mutexLock(name: string): void;
  /** `mutex_unlock()`: in the callback that took it. */
  mutexUnlock(name: string): void;
  /** `spin_lock()` of a spinlock of the driver's own: nothing may sleep until it is released. */
  spinLock(name: string): void;
  /** `spin_unlock()`. */
  spinUnlock(name: string): void;

  /** `__get_free_pages()`: 2^order pages, aligned to their size; 0n if there are none. */
  getFreePages(gfp: Gfp, order: number): Virt;
  /**
   * `alloc_pages_node()`: of a NUMA node, or of the nearest one when that is full; with
   * `__GFP_THISNODE` of no other. -1 is any.
   */
  allocPagesNode(node: number, gfp: Gfp, order: number): Virt;
  /** `__folio_alloc_node()`: the same for a folio. */
  folioAllocNode(gfp: Gfp, order: number, node: number): Virt;
  /** `free_pages()`: what getFreePages() gave, with the same order. */
  freePages(address: Virt, order: number): void;
  /** `kzalloc()`: zeroed bytes, several of which may share a page; 0n if there are none. */
  kzalloc(sizeBytes: number, gfp: Gfp): Virt;
  /** `kzalloc_node()`: of a NUMA node, or of the nearest one when that is full. */
  kzallocNode(sizeBytes: number, gfp: Gfp, node: number): Virt;
  /** `kfree()`. 0n is fine. */
  kfree(address: Virt): void;

  /** `folio_alloc()`: 2^order pages, named by their folio_address(); 0n if there are none. */
  folioAlloc(gfp: Gfp, order: number): Virt;
  /** `folio_get()`: one more reference. What somebody holds does not move. */
  folioGet(folio: Virt): void;
  /** `folio_put()`: gives a reference back; the last one frees the folio, whatever its order. */
  folioPut(folio: Virt): void;
  /** `split_folio()`: the pages are a folio each from now on. 0, or -EINVAL if it is none. */
  splitFolio(folio: Virt): number;
  /** `vmalloc()`: whole pages that are contiguous in virtual memory alone; 0n if there are none. */
  vmalloc(sizeBytes: number): Virt;
  /** `vmalloc_huge()`: the same of blocks of 512 pages, if it is as large as one. */
  vmallocHuge(sizeBytes: number): Virt;
  /** `vfree()`. 0n is fine. */
  vfree(address: Virt): void;
  /** `vmap()`: an area of pages that stay whose they are. */
  vmap(pages: readonly Virt[]): Virt;
  /** `vunmap()`. */
  vunmap(address: Virt): void;

  /** `IS_ERR()`: the pointer is a negated error. */
  isErr(pointer: Virt): boolean;
  /** `PTR_ERR()`. */
  ptrErr(pointer: Virt): number;

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

  /** `is_kho_boot()`. Seed, and from 6.18 on. */
  isKhoBoot(): boolean;

  // From 6.16 on. Which release has which, and what each returns, is in docs/releases.md. Errors
  // are negated codes such as -12 (ENOMEM).

  /** `kho_is_enabled()`. */
  khoIsEnabled(): boolean;
  /** `kho_preserve_folio()`: with the order that the folio has now. 0 or an error. */
  khoPreserveFolio(folio: Virt): number;
  /** `kho_unpreserve_folio()`, from 6.19 on: the folio has the order that it had then. */
  khoUnpreserveFolio(folio: Virt): void;
  /** `kho_preserve_pages()`, from 6.18 on: contiguous pages. 0 or an error. */
  khoPreservePages(page: Virt, nrPages: number): number;
  /** `kho_unpreserve_pages()`, from 6.19 on: the same page and number as were preserved. */
  khoUnpreservePages(page: Virt, nrPages: number): void;
  /** `kho_preserve_phys()`, 6.16 and 6.17: whole pages by address and size. 0 or an error. */
  khoPreservePhys(phys: Phys, sizeBytes: number): number;
  /** `kho_preserve_vmalloc()`, from 6.18 on: the bytes of a struct kho_vmalloc, or an error. */
  khoPreserveVmalloc(area: Virt): Uint8Array | number;
  /** `kho_unpreserve_vmalloc()`, from 6.19 on: before vfree(). */
  khoUnpreserveVmalloc(preservation: Uint8Array): void;
  /** `kho_alloc_preserve()`, from 6.19 on: a zeroed folio, preserved; an ERR_PTR on failure. */
  khoAllocPreserve(sizeBytes: number): Virt;
  /** `kho_unpreserve_free()`: undoes khoAllocPreserve(). 0n is fine, an ERR_PTR is not. */
  khoUnpreserveFree(mem: Virt): void;
  /** `kho_restore_folio()`: takes a folio back, once; 0n if none was preserved there. */
  khoRestoreFolio(phys: Phys): Virt;
  /** `kho_restore_pages()`, from 6.18 on: each page by itself from now on; 0n on failure. */
  khoRestorePages(phys: Phys, nrPages: number): Virt;
  /** `kho_restore_vmalloc()`, from 6.18 on: a new area of the same pages; 0n on failure. */
  khoRestoreVmalloc(preservation: Uint8Array): Virt;
  /** `kho_restore_free()`, from 6.19 on: takes back and frees; an address of this kernel. */
  khoRestoreFree(mem: Virt): void;
  /** `kho_add_subtree()`, from 7.1 on: names a blob for the next kernel; preserves nothing. */
  khoAddSubtree(name: string, blob: Virt, sizeBytes: number): number;
  /** The same in 6.19 and 7.0, of an FDT. */
  khoAddSubtree(name: string, fdt: Virt): number;
  /** The same from 6.16 to 6.18, in a notifier and with what it was called with. */
  khoAddSubtree(ser: KhoSerialization, name: string, fdt: Virt): number;
  /** `kho_remove_subtree()`, from 6.19 on. */
  khoRemoveSubtree(blob: Virt): void;
  /** `kho_retrieve_subtree()`: where it is, or -ENOENT or -EINVAL. */
  khoRetrieveSubtree(name: string): RetrievedSubtree | number;
  /** `register_kho_notifier()`, from 6.16 to 6.18: a function that the driver exports. */
  registerKhoNotifier(notifier: KhoNotifier): number;
  /** `unregister_kho_notifier()`. */
  unregisterKhoNotifier(notifier: KhoNotifier): number;

  /** `kho_radix_init_tree()`, 7.3: a tree of the nodes below `root`, or an empty one. */
  khoRadixInitTree(tree: KhoRadixTree, root?: Virt): number;
  /** `kho_radix_destroy_tree()`, 7.3: frees every node, which must be this kernel's. */
  khoRadixDestroyTree(tree: KhoRadixTree): void;
  /** `kho_radix_add_key()`, 7.3: 0, -EINVAL without a root, -ERANGE, -ENOMEM. */
  khoRadixAddKey(tree: KhoRadixTree, key: bigint): number;
  /** `kho_radix_del_key()`, 7.3; nodes stay. */
  khoRadixDelKey(tree: KhoRadixTree, key: bigint): void;
  /** `kho_radix_add_page()`, 7.1 and 7.2: a block by its page frame; 0 or an error. */
  khoRadixAddPage(tree: KhoRadixTree, pfn: number, order: number): number;
  /** `kho_radix_del_page()`, 7.1 and 7.2. */
  khoRadixDelPage(tree: KhoRadixTree, pfn: number, order: number): void;
  /**
   * `kho_radix_walk_tree()`: 0, or what the callback ended it with. The tree is locked meanwhile.
   * Callbacks are called here and now; what 7.3 passes on as `data` is what they close over.
   */
  khoRadixWalkTree(tree: KhoRadixTree, cb: KhoRadixWalkCb | KhoRadixWalkBlock): number;
  // Files, and what takes them along.

  /** `misc_register()`: a file that user space can open. 0 or an error. */
  miscRegister(misc: MiscDevice): number;
  /** `misc_deregister()`. */
  miscDeregister(misc: MiscDevice): void;
  /** `anon_inode_getfile()`: a file without a name, for retrieve() to give back; or an error. */
  anonInodeGetfile(name: string, fops: FileOperations, privateData: unknown): File | number;
  /** `liveupdate_enabled()`, from 6.19 on: liveupdate=on, and KHO is enabled. */
  liveupdateEnabled(): boolean;
  /** `liveupdate_register_file_handler()`, from 6.19 on, in init(). 0 or an error. */
  liveupdateRegisterFileHandler(handler: LiveupdateFileHandler): number;
  /** `liveupdate_unregister_file_handler()`. */
  liveupdateUnregisterFileHandler(handler: LiveupdateFileHandler): number;
  /** `liveupdate_register_flb()`, from 7.0 on: the handler's files share that state. */
  liveupdateRegisterFlb(handler: LiveupdateFileHandler, flb: LiveupdateFlb): number;
  /** `liveupdate_unregister_flb()`. */
  liveupdateUnregisterFlb(handler: LiveupdateFileHandler, flb: LiveupdateFlb): void;
  /** `liveupdate_flb_get_incoming()`: what was handed over, retrieved once; or an error. */
  liveupdateFlbGetIncoming(flb: LiveupdateFlb): { readonly obj: unknown } | number;
  /** `liveupdate_flb_put_incoming()`, from 7.2 on. */
  liveupdateFlbPutIncoming(flb: LiveupdateFlb): void;
  /** `liveupdate_flb_get_outgoing()`: what is preserved, if any file is; or an error. */
  liveupdateFlbGetOutgoing(flb: LiveupdateFlb): { readonly obj: unknown } | number;
  /** `liveupdate_flb_put_outgoing()`, from 7.2 on. */
  liveupdateFlbPutOutgoing(flb: LiveupdateFlb): void;

  // Of the series of January 2024.

  /** `kho_is_active()`: state is serialized and must not change. */
  khoIsActive(): boolean;
  /** `kho_get_fdt()`: what the previous kernel handed over, or null. */
  khoGetFdt(): Fdt | null;
  /** `kho_claim_mem()`: takes over a range for good; returns its address. */
  khoClaimMem(mem: KhoMem): Virt;
  /** `kho_return_mem()`: drops this reference to a range; the last one frees its pages. */
  khoReturnMem(mem: KhoMem): void;

  // libfdt. An FDT is what serialize() and deserialize() get, or the address of one in memory.

  /** `fdt_create()` and `fdt_finish_reservemap()`: begins an FDT in memory of the driver's own. */
  fdtCreate(buffer: Virt, sizeBytes: number): number;
  /** `fdt_finish()`: from here on the memory holds the FDT. */
  fdtFinish(fdt: Virt): number;
  /** `fdt_totalsize()`, in bytes. */
  fdtTotalsize(fdt: Virt): number;
  /** `fdt_check_header()`: 0 if there is an FDT. */
  fdtCheckHeader(fdt: Virt): number;
  /** `fdt_begin_node()`. Like all writers: 0, or a negative `FDT_ERR_…`. */
  fdtBeginNode(fdt: Fdt | Virt, name: string): number;
  /** `fdt_property()`; a string is written with its NUL. */
  fdtProperty(fdt: Fdt | Virt, name: string, value: Uint8Array | string): number;
  /** `fdt_end_node()`. */
  fdtEndNode(fdt: Fdt | Virt): number;
  /** `fdt_path_offset()`: offset of a node, or a negative `FDT_ERR_…`. */
  fdtPathOffset(fdt: Fdt | Virt, path: string): number;
  /** `fdt_subnode_offset()`. */
  fdtSubnodeOffset(fdt: Fdt | Virt, parentOffset: number, name: string): number;
  /** `fdt_node_check_compatible()`: 0 if it matches, 1 if not, or a negative `FDT_ERR_…`. */
  fdtNodeCheckCompatible(fdt: Fdt | Virt, offset: number, compatible: string): number;
  /** `fdt_getprop()`: a copy of the value, or null. */
  fdtGetprop(fdt: Fdt | Virt, offset: number, name: string): Uint8Array | null;

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
