// A binding as C sees it: nodes with members, each of which is a property.
import type { CellBits } from '../../fdt/index.ts';
import type { Binding, PropertySchema } from '../bindings/binding.ts';
import type { Release } from '../release.ts';
import type { AnyStruct } from '../structs/struct.ts';

/** Everything that the generated files are about. */
export interface CModel {
  readonly binding: Binding;
  readonly release: Release;
  readonly root: CNode;
  /** Every node, children before their parents. */
  readonly nodes: readonly CNode[];
  readonly shape: CShape;
}

export type CShape =
  /** A node of an FDT that somebody else writes. */
  | { readonly kind: 'node' }
  /** An FDT in the caller's memory. */
  | { readonly kind: 'buffer' }
  /** An FDT of its own in memory that is handed over, and how that memory is allocated. */
  | { readonly kind: 'blob'; readonly memory: 'folio' | 'alloc'; readonly hasSize: boolean };

export interface CNode {
  /** `ftrace_cpu`: the state is a struct ftrace_cpu_state. */
  readonly prefix: string;
  /** What its functions begin with. */
  readonly calls: string;
  readonly macro: string;
  readonly title: string;
  readonly description: string;
  readonly compatibles: readonly string[];
  /** The binding's id, if the node has a binding of its own. */
  readonly id?: string;
  /** What the node is called: always the same, or as its state says. */
  readonly nodeName: string | undefined;
  readonly fields: readonly CField[];
  readonly children: readonly CChild[];
  /** What the binding says that is not in the code, a sentence each. */
  readonly omitted: readonly string[];
}

export interface CField {
  readonly property: string;
  /** The macro with the property's name. */
  readonly macro: string;
  readonly member: string;
  readonly isRequired: boolean;
  readonly schema: PropertySchema;
  readonly value: CValue;
  readonly memory?: CMemory;
}

export type CValue =
  | { readonly kind: 'flag' }
  | { readonly kind: 'string' }
  | { readonly kind: 'bytes' }
  /** The one value that the binding admits: a macro, and in no state. */
  | {
      readonly kind: 'constant';
      readonly macro: string;
      readonly bits?: CellBits;
      readonly text: string;
    }
  | { readonly kind: 'scalar'; readonly bits: CellBits }
  /** One struct, or any number of rows; a row of one cell is an integer. */
  | { readonly kind: 'struct'; readonly row: CRow }
  | { readonly kind: 'array'; readonly row: CRow };

export interface CRow {
  /** As C writes it: `u32`, `struct kho_mem`. */
  readonly type: string;
  readonly sizeBytes: number;
  /** The struct that it is, unless the kernel's headers have it or it is an integer. */
  readonly define?: AnyStruct;
  /** The kernel's header that has the struct. */
  readonly header?: CStructHeader;
  readonly struct?: AnyStruct;
}

export interface CStructHeader {
  readonly path: string;
  readonly releases: readonly string[];
  /** Members that the header calls otherwise. */
  readonly members?: Readonly<Record<string, string>>;
}

/** Memory that a property names, and how it is preserved and taken back. */
export type CMemory =
  | { readonly kind: 'vmalloc'; readonly unpreserves: boolean }
  | { readonly kind: 'folio'; readonly unpreserves: boolean }
  /** An array of addresses; the array of what is preserved has to be freed in any case. */
  | {
      readonly kind: 'folios';
      readonly unpreserves: true;
      readonly unpreservesFolios: boolean;
    }
  | { readonly kind: 'pages'; readonly unpreserves: boolean; readonly sizeMember: string }
  /** From kho_alloc_preserve(): preserved since it was allocated. */
  | { readonly kind: 'alloc' }
  /** One struct kho_mem or an array of them: being named preserves it. */
  | { readonly kind: 'claim' };

export interface CChild {
  readonly node: CNode;
  readonly member: string;
  /** One node that is always called so, or as many as there are. */
  readonly count: 'one' | 'optional' | 'many';
  /** What the names of such nodes begin with, if the binding says so. */
  readonly namePrefix: string;
}

/** Whether the state of a node, or of one below it, holds memory that is preserved. */
export function preservesMemory({ fields, children }: CNode): boolean {
  return (
    fields.some(({ memory }) => memory !== undefined && isPreserved(memory)) ||
    children.some(({ node }) => preservesMemory(node))
  );
}

function isPreserved({ kind }: CMemory): boolean {
  return kind !== 'claim';
}

/** Whether the next kernel takes memory back. */
export function restoresMemory({ fields, children }: CNode): boolean {
  return (
    fields.some(({ memory }) => memory !== undefined) ||
    children.some(({ node }) => restoresMemory(node))
  );
}

/** Whether undoing what was preserved takes a call. */
export function unpreservesMemory({ fields, children }: CNode): boolean {
  return (
    fields.some(
      ({ memory }) => memory !== undefined && 'unpreserves' in memory && memory.unpreserves,
    ) || children.some(({ node }) => unpreservesMemory(node))
  );
}

/** Whether a state owns what has to be freed once it was read. */
export function ownsMemory(node: CNode): boolean {
  const { fields, children } = node;
  return (
    restoresMemory(node) ||
    node.nodeName === undefined ||
    fields.some(({ value }) => ['string', 'bytes', 'array'].includes(value.kind)) ||
    children.some((child) => child.count === 'many' || ownsMemory(child.node))
  );
}

/** Whether an FDT of the node may be larger than a page. */
export function isUnbounded({ fields, children }: CNode): boolean {
  return (
    fields.some(({ value }) => ['string', 'bytes', 'array'].includes(value.kind)) ||
    children.some(({ count, node }) => count === 'many' || isUnbounded(node))
  );
}
