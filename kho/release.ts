// What differs between kernels, as data. Nothing outside kho/releases knows a release by name.
import type { Architecture } from './image/handover-image.ts';
import type { AnyStruct, Struct } from './structs/struct.ts';

export interface Release {
  /** What `--release` takes. */
  readonly name: string;
  readonly title: string;
  /** What the root of the handed-over FDT must call itself: KHO_FDT_COMPATIBLE. */
  readonly rootCompatible: string;
  readonly memoryMap: MemoryMapEncoding;
  readonly subtrees: SubtreeEncoding;
  readonly fdtSize: FdtSizeLimit;
  readonly serialization: Serialization;
  readonly scratch: ScratchLayout;
  readonly preserve: PreserveChecks;
  readonly restore: RestoreChecks;
  /** Whether the console says with which error a handover was refused (until b50634c5e84a). */
  readonly saysRefusalError?: boolean;
  /** Whether KHO cannot be built with DEFERRED_STRUCT_PAGE_INIT (until c6073743d0c7). */
  readonly excludesDeferredPages?: boolean;
  /** Whether KHO is off in a kernel that was started by a panic, whatever kho= says. */
  readonly isOffInCrashKernel?: boolean;
  /** What the Live Update Orchestrator does; absent where there is none. */
  readonly liveUpdate?: LiveUpdateRules;
  /** Formats of the state of in-tree subsystems; a release reads the one it writes. */
  readonly formats: readonly StateFormat[];
  /** Page sizes its architectures have, in bytes; both kernels of a handover must use the same. */
  readonly pageSizes: Readonly<Record<Architecture, readonly number[]>>;
  readonly bootData: Readonly<Record<Architecture, BootData>>;
  readonly userFiles: readonly UserFile[];
  readonly parameters: readonly KernelParameter[];
  /** Functions that drivers call, with their signatures as C declares them. */
  readonly api: readonly ApiFunction[];
  /** What the kernel does wrong beyond what the rest of the row says. */
  readonly defects?: readonly KernelDefect[];
}

/** Mistakes of kernels: kho/releases/kernel-bugs.ts says what each is, and where it can be. */
export type KernelDefect =
  | 'folio-tails-uninitialised'
  | 'map-in-kfence-pool'
  | 'full-chunk-overrun'
  | 'vmalloc-blocks-unpreserved-partly'
  | 'pages-restored-as-folio'
  | 'page-array-unfilled'
  | 'chunks-freed-as-objects'
  | 'unpreserve-ignores-nodes'
  | 'scratch-unaligned'
  | 'debugfs-entry-kept'
  | 'unpreserve-stands-still'
  | 'tree-keeps-freed-node'
  | 'efi-forgets-scratch'
  | 'tree-too-shallow'
  | 'subtree-half-made'
  | 'abort-drops-all'
  | 'session-room-kept'
  | 'vmalloc-order-unset'
  | 'out-fdt-frozen'
  | 'luo-state-freed'
  | 'restore-ignores-nodes'
  | 'deferred-pages-uninitialised'
  | 'scratch-on-empty-nodes'
  | 'file-dropped-first'
  | 'unfreeze-written-back'
  | 'sessions-unlocked-at-reboot'
  | 'session-kind-unchecked'
  | 'session-lost-on-close'
  | 'memfd-flag-uptodate-early'
  | 'memfd-flag-dirty-early'
  | 'memfd-unaccounted-kept'
  | 'flb-count-with-retrieve';

/** How the preserved memory is told to the next kernel. */
export type MemoryMapEncoding =
  /** Every property of this name in any node is an array of `struct kho_mem`. */
  | { readonly kind: 'mem-properties'; readonly property: string }
  /**
   * A root property holds the physical address of a list of chunks that name bitmaps, or 0 if
   * nothing is preserved. The size of a bitmap is in no field: both kernels must agree.
   */
  | {
      readonly kind: 'bitmaps';
      readonly property: string;
      readonly bitmapBytes: 512 | 'page';
      /** Whether a root without chunks is refused as a whole (53f8f064eba3). */
      readonly isRequired: boolean;
    }
  /** A root property holds the physical address of the root of a radix tree. */
  | {
      readonly kind: 'radix-tree';
      readonly property: string;
      /** Whether the reader computes the size of a block as an int (until 3a0b8fa2eb36). */
      readonly sizesAreInts: boolean;
    };

/** Where the state of a subsystem is. */
export type SubtreeEncoding =
  /** In the same FDT, as a node of its own. */
  | { readonly kind: 'inline' }
  /** In memory of its own that a node of the root points to. */
  | {
      readonly kind: 'by-reference';
      readonly addressProperty: string;
      /** Absent where the blob is an FDT always, whose header says how large it is. */
      readonly sizeProperty?: string;
    };

export type FdtSizeLimit =
  /** A file of user space sets it. */
  | { readonly kind: 'dt-max'; readonly defaultBytes: number }
  /** One page of the kernel that writes it. */
  | { readonly kind: 'one-page' };

/** When the state is made that the next kernel sees. */
export type Serialization =
  /** Callbacks build the FDT when user space writes 1 to `active`; then nothing may change. */
  | 'active'
  /** Callbacks add subtrees when user space writes 1 to `finalize`, once. */
  | 'finalize-notifiers'
  /** The FDT is live; the memory map is written when somebody finalizes, as often as they like. */
  | 'finalize-map'
  /** FDT and memory map are live: what is preserved at the jump is handed over. */
  | 'live';

export interface ScratchLayout {
  /** One region, or an array: (low memory,) anywhere, then one for each NUMA node with memory. */
  readonly regions: 'one' | 'list';
  /** What base and size of a region are multiples of. */
  readonly alignment: 'page' | 'cma-pageblock' | 'max-order';
  /** Whether the next kernel also boots in free blocks of 1 GiB. */
  readonly isExtended: boolean;
  /** Whether the next kernel takes scratch from the boot data before it looks at the root FDT. */
  readonly isTakenUnchecked: boolean;
  /** What kho_scratch= puts up with. */
  readonly parameter: {
    /** A size of 0, as long as not all are. */
    readonly acceptsZero: boolean;
    /** Anything behind the last size. */
    readonly acceptsTrailing: boolean;
  };
}

/** What kho_preserve_*() do beyond setting bits. */
export interface PreserveChecks {
  /** Whether memory in scratch is refused, with CONFIG_KEXEC_HANDOVER_DEBUG. */
  readonly refusesScratch: boolean;
  /** Whether ranges of pages are split where NUMA nodes meet (91e74fa8b1bc). */
  readonly splitsAtNodes: boolean;
  /** Whether kho_preserve_vmalloc() may return 0 although memory ran out (412a32f0e53f). */
  readonly losesVmallocErrors: boolean;
}

/** What kho_restore_*() checks of the memory it is asked for. */
export interface RestoreChecks {
  /** Whether a block that was not preserved, or was restored already, is refused ("KHOP"). */
  readonly checksMagic: boolean;
  /** Whether blocks above MAX_PAGE_ORDER are refused (until 22bdab8e98b7). */
  readonly refusesLargeOrders: boolean;
}

/** What the Live Update Orchestrator does in one release and not in another. */
export interface LiveUpdateRules {
  /** Whether an error of retrieve() is kept, so that nobody tries again (f85b1c6af5bc). */
  readonly keepsRetrieveErrors: boolean;
  /** Whether a file that is preserved is refused by every session (00d0b372374f). */
  readonly refusesTwice: boolean;
  /** Whether handlers may come and go while there are sessions (cf2e482daf0d). */
  readonly registersAnyTime: boolean;
  /** Whether the next kernel takes the number of files of an FLB over (d8e47bd066d7). */
  readonly countsIncomingFlbs: boolean;
  /** Whether sessions are left alone by a kexec that comes back (5eff62b051fb). */
  readonly skipsReturningKexec: boolean;
  /** Whether a session tells its name (4c08a9f38c50). */
  readonly hasGetName: boolean;
}

/** The state of one in-tree subsystem. */
export interface StateFormat {
  /** Node of the root FDT, or `LUO/` and a part of what LUO hands over. */
  readonly name: string;
  /** What names the format in the bytes: a compatible, or the number of a version. */
  readonly format: string;
  /** The struct that a blob of this format is; absent for an FDT. */
  readonly struct?: AnyStruct;
  /** Bytes that the reader insists on. */
  readonly minSizeBytes?: number;
  /** What the reader does with any other format. */
  readonly onMismatch: Consequence;
}

/** What becomes of a kernel that is handed what it does not understand. */
export type Consequence =
  | 'cold-boot'
  | 'panic'
  | 'io-error'
  | 'fresh-region'
  | 'ignored'
  | 'not-restored';

/** How the second kernel is told where everything is. */
export type BootData =
  | { readonly kind: 'setup-data'; readonly type: number; readonly payload: Struct }
  | { readonly kind: 'chosen'; readonly properties: readonly string[] };

export interface UserFile {
  readonly path: string;
  /** Octal permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly format: string;
  /** When the file exists, if not always. */
  readonly exists?: string;
  readonly writeErrors: readonly { readonly error: string; readonly when: string }[];
}

export interface KernelParameter {
  readonly name: string;
  readonly syntax: string;
  readonly description: string;
}

export interface ApiFunction {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  readonly errors: readonly string[];
}
