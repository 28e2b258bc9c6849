// What differs between kernels, as data. Nothing outside kho/releases knows a release by name.
import type { Architecture } from './image.ts';
import type { Struct } from './structs/struct.ts';

export interface Release {
  /** What `--release` takes. */
  readonly name: string;
  readonly title: string;
  /** What the root of the handed-over FDT must call itself: KHO_FDT_COMPATIBLE. */
  readonly rootCompatible: string;
  readonly memoryMap: MemoryMapEncoding;
  readonly subtrees: SubtreeEncoding;
  readonly fdtSize: FdtSizeLimit;
  readonly bootData: Readonly<Record<Architecture, BootData>>;
  readonly userFiles: readonly UserFile[];
  readonly parameters: readonly KernelParameter[];
  /** Functions that drivers call, with their signatures as C declares them. */
  readonly api: readonly ApiFunction[];
}

/** How the preserved memory is told to the next kernel. */
export type MemoryMapEncoding =
  /** Every property of this name in any node is an array of `struct kho_mem`. */
  | { readonly kind: 'mem-properties'; readonly property: string }
  /** A root property holds the physical address of the root of a radix tree. */
  | { readonly kind: 'radix-tree'; readonly property: string };

/** Where the state of a subsystem is. */
export type SubtreeEncoding =
  /** In the same FDT, as a node of its own. */
  | { readonly kind: 'inline' }
  /** In memory of its own that a node of the root points to. */
  | {
      readonly kind: 'by-reference';
      readonly addressProperty: string;
      readonly sizeProperty: string;
      /** In-tree subtrees that are structs, with the least size their readers take. */
      readonly structs: readonly { readonly name: string; readonly minSizeBytes: number }[];
    };

export type FdtSizeLimit =
  /** A file of user space sets it. */
  | { readonly kind: 'dt-max'; readonly defaultBytes: number }
  /** One page of the kernel that writes it. */
  | { readonly kind: 'one-page' };

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
