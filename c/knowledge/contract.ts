// What a call promises and what it asks for, beyond its signature.

/** How a function says that it failed. */
export type Failure =
  /** It cannot, or does not say. */
  | 'never'
  /** A negative error number; 0 is success. */
  | 'errno'
  /** A null pointer. */
  | 'null'
  /** An error number in a pointer, which IS_ERR() tells from others. */
  | 'error-pointer'
  /** A negative FDT_ERR number; 0 is success. */
  | 'fdt'
  /** A negative FDT_ERR number; from 0 on it is the offset of a node. */
  | 'fdt-offset';

/** What lasts until another call undoes it. */
export type ResourceKind =
  | 'folio'
  | 'pages'
  | 'vmalloc'
  | 'allocation'
  | 'subtree'
  | 'notifier'
  | 'file-handler'
  | 'flb'
  | 'radix-tree';

export interface Contract {
  readonly name: string;
  /** Include file under include/. */
  readonly header: string;
  /** File of the kernel that shows it. */
  readonly source: string;
  readonly fails: Failure;
  /** Ignoring the result is a mistake. */
  readonly mustCheck?: boolean;
  /** It takes a mutex or allocates with GFP_KERNEL. */
  readonly maySleep?: boolean;
  /** What holds after it succeeded, and the argument that names it; -1 is the result. */
  readonly acquires?: { readonly kind: ResourceKind; readonly argument: number };
  /** What holds no longer after it. */
  readonly releases?: { readonly kind: ResourceKind; readonly argument: number };
  /** What undoes it in this kernel. */
  readonly undoneBy?: string;
  /** What takes it back in the next kernel. */
  readonly answeredBy?: readonly string[];
  /** The argument that is the physical address of memory. */
  readonly physicalArgument?: number;
  /** Sentences without a full stop. */
  readonly notes?: readonly string[];
}

/** A function that no release of KHO declares, but that users of KHO call with it. */
export interface KnownFunction extends Contract {
  readonly signature: string;
  readonly description: string;
}
