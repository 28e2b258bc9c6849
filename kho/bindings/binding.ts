// A binding says what a node may hold. It is read from a `*.kho.yaml` file by load.ts.
import type { CellBits, SourceFile, Span } from '../../fdt/index.ts';
import type { AnyStruct } from '../structs/struct.ts';

/** What a node of one kind holds: a binding's top level, or a child node inside it. */
export interface NodeSchema {
  readonly title: string;
  readonly description: string;
  readonly properties: ReadonlyMap<string, PropertySchema>;
  readonly patternProperties: readonly {
    readonly pattern: RegExp;
    readonly schema: PropertySchema;
  }[];
  readonly children: ReadonlyMap<string, ChildSchema>;
  readonly patternChildren: readonly { readonly pattern: RegExp; readonly schema: ChildSchema }[];
  readonly required: readonly string[];
  /** Whether properties that are not named here are fine. */
  readonly allowsOtherProperties: boolean;
  /** Whether child nodes that are not named here are fine, and what they must be if so. */
  readonly otherChildren: ChildSchema | 'any' | 'none';
}

/** A child node: described in place, by another binding's id, or both. */
export interface ChildSchema {
  readonly schema?: NodeSchema;
  /** `compatible` that the child's own binding describes. */
  readonly binding?: string;
}

export interface Binding extends NodeSchema {
  /** Unique among bindings of one release; by custom the compatible. */
  readonly id: string;
  /** Compatible strings it describes. */
  readonly compatibles: readonly string[];
  /** Releases or ranges of them, as isInReleases() takes them. */
  readonly releases: readonly string[];
  /** Set if only a node of such a name is meant; `/` stands for the root. */
  readonly nodeName?: RegExp;
  /** The kernel file or message that defines it. */
  readonly definedIn: string;
  /** What the reading kernel does with a compatible it does not know. */
  readonly onMismatch: string;
  readonly source: SourceFile;
  /** Of the id in `source`. */
  readonly span: Span;
}

export interface PropertySchema {
  readonly type: PropertyType;
  readonly title: string;
  readonly description: string;
  /** Bounds on the number of rows of a matrix, of cells of an array, of strings of a list. */
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly itemsMultipleOf?: number;
  /** Values, one of which it must have; strings for a string, integers for cells. */
  readonly allowed?: readonly (string | bigint)[];
  readonly minimum?: bigint;
  readonly maximum?: bigint;
  readonly multipleOf?: bigint;
  readonly pattern?: RegExp;
  /** What a cell that is a physical address points to. */
  readonly phys?: PhysicalAddress;
  /** The unit of a number, e.g. `bytes`. */
  readonly unit?: string;
  /** The function of the next kernel that takes the memory back. */
  readonly restoredBy?: string;
  /** What is in the vmalloc area that the value describes. */
  readonly contents?: 'folios';
  readonly span: Span;
}

export interface PhysicalAddress {
  /** What is there. */
  readonly of: string;
  /** The property, or the element of the same tuple, that holds the size in bytes. */
  readonly size?: string;
}

export type PropertyType =
  | { readonly kind: 'flag' }
  | { readonly kind: 'string' }
  | { readonly kind: 'strings' }
  | { readonly kind: 'bytes' }
  | {
      /** One tuple (`isArray` false) or any number of them. */
      readonly kind: 'cells';
      readonly elements: readonly ElementSchema[];
      readonly isArray: boolean;
      readonly struct?: AnyStruct;
    };

/** One cell of a tuple. */
export interface ElementSchema {
  /** Empty where a tuple has a single element. */
  readonly name: string;
  readonly bits: CellBits;
  readonly description: string;
  readonly phys?: PhysicalAddress;
  readonly unit?: string;
}

/** Bytes of one tuple. */
export function tupleBytes(type: PropertyType & { kind: 'cells' }): number {
  return type.elements.reduce((sum, element) => sum + element.bits / 8, 0);
}
