import {
  type ByteOrder,
  type FdtNode,
  type FdtProperty,
  type FdtTree,
  getUint,
  type Issue,
  type Place,
  propertyOf,
  type Related,
  type Severity,
} from '../../fdt/index.ts';
import type { BindingSet, Described } from '../bindings/binding-set.ts';
import type { Release } from '../release.ts';

/** One thing that can be wrong with a KHO FDT. Has a page under docs/rules. */
export interface Rule {
  /** Stable kebab-case name. */
  readonly name: string;
  readonly severity: Severity;
  /** What it demands, one sentence without a full stop. */
  readonly what: string;
}

/** A tree and everything that decides what is right in it. */
export interface RuleContext {
  readonly tree: FdtTree;
  /** What the root node is: the FDT that the boot data points to, or a subsystem's own. */
  readonly role: TreeRole;
  readonly release: Release;
  readonly bindings: BindingSet;
  readonly byteOrder: ByteOrder;
  /** Size of the whole blob in bytes. */
  readonly blobBytes: number;
  /** Page size of the kernels, in bytes. */
  readonly pageBytes: number;
  /**
   * So much was reported that more of `info` is only counted: nobody has to look for its place, or
   * for repairs.
   */
  readonly isFull: boolean;
  report(
    rule: Rule,
    place: Place,
    message: string,
    more?: Pick<Issue, 'help' | 'related' | 'fixes'>,
  ): void;
}

export type TreeRole =
  /** It calls itself the root that a kernel hands over. */
  | 'root'
  /** The blob of one subsystem. */
  | 'subtree'
  /** Nodes of drivers without the root that the kernel would give them. */
  | 'fragment';

export interface RuleSet {
  readonly rules: readonly Rule[];
  /** Looks at the root and its children, and is asked again whenever anything has changed. */
  check?(context: RuleContext): void;
  /**
   * Looks at one node: its properties, the names of its children, and what describes it. Is asked
   * again when one of these has changed, so it must look at nothing else.
   */
  checkNode?(node: FdtNode, described: Described | undefined, context: RuleContext): void;
}

/** No architecture that hands over has physical addresses wider than this. */
export const PHYSICAL_ADDRESS_BITS = 52n;

/** The value of an 8-byte property, or undefined if it is missing or has another length. */
export function u64Of(node: FdtNode, name: string, order: ByteOrder): bigint | undefined {
  const property = propertyOf(node, name);
  if (property === undefined || property.value.length !== 8) return undefined;
  return getUint(property.value, 0, 64, order);
}

/** Where the cell at `offset` of the value was written; the property itself if from a blob. */
export function placeOfCell(property: FdtProperty, offset: number): Place {
  const piece = property.pieces.find((each) => offset < each.offset + each.lengthBytes);
  if (piece !== undefined) return { span: piece.span };
  if (property.blob === undefined) return property;
  return { blob: property.blob };
}

/** A second place that explains an issue. */
export function relatedTo({ span, blob }: Place, message: string): Related {
  return {
    message,
    ...(span === undefined ? {} : { span }),
    ...(blob === undefined ? {} : { blob }),
  };
}
