// From a place in the text to what stands there.
import {
  childOf,
  type DtsInclude,
  type DtsItem,
  type DtsNode,
  type DtsNodeItem,
  type DtsProperty,
  type DtsReference,
  type FdtNode,
  type FdtProperty,
  nodesOf,
  propertyOf,
  type Span,
  type ValuePiece,
} from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';

/** What stands at a place; `span` is all of it. */
export type Located =
  | { readonly kind: 'node'; readonly span: Span; readonly node: FdtNode }
  | { readonly kind: 'label'; readonly span: Span; readonly node: FdtNode }
  | { readonly kind: 'reference'; readonly span: Span; readonly target: FdtNode | undefined }
  | { readonly kind: 'include'; readonly span: Span; readonly include: DtsInclude }
  | LocatedProperty
  | LocatedPiece;

/** The name of a property. */
export interface LocatedProperty {
  readonly kind: 'property';
  readonly span: Span;
  readonly node: FdtNode;
  readonly property: FdtProperty;
}

/** One cell, string or the like of a value. */
export interface LocatedPiece {
  readonly kind: 'piece';
  readonly span: Span;
  readonly node: FdtNode;
  readonly property: FdtProperty;
  readonly piece: ValuePiece;
}

/** A place in one of the files of a checked source. */
export interface Place {
  readonly offset: number;
  /** True for spans of the file that the place is in. */
  readonly isInFile: (span: Span) => boolean;
}

/** What stands at `place`; undefined between things, and where the compiler dropped them. */
export function locate(checked: CheckedSource, place: Place): Located | undefined {
  const { document, tree } = checked;
  const include = document.includes.find((each) => covers(each.span, place));
  if (include !== undefined) return { kind: 'include', span: include.span, include };
  return locateIn(document.items, tree.root, { root: tree.root, place });
}

interface Search {
  readonly root: FdtNode;
  readonly place: Place;
}

function locateIn(
  items: readonly (DtsItem | DtsNodeItem)[],
  parent: FdtNode | undefined,
  search: Search,
): Located | undefined {
  for (const item of items) {
    const found = locateItem(item, parent, search);
    if (found !== undefined) return found;
  }
  return undefined;
}

function locateItem(
  item: DtsItem | DtsNodeItem,
  parent: FdtNode | undefined,
  search: Search,
): Located | undefined {
  switch (item.kind) {
    case 'node':
      return locateInNode(item, parent, search);
    case 'property':
      return locateInProperty(item, parent, search);
    case 'delete-node':
    case 'omit':
      return item.target && locateReference(item.target, search);
    case 'version':
    case 'memreserve':
    case 'delete-property':
      return undefined;
  }
}

function locateInNode(
  item: DtsNode,
  parent: FdtNode | undefined,
  search: Search,
): Located | undefined {
  const { place, root } = search;
  const label = item.labels.find(({ span }) => covers(span, place));
  // What is included inside a node lies in another file than the node.
  const isElsewhere = place.isInFile(item.whole) && !covers(item.whole, place);
  if (label === undefined && isElsewhere) return undefined;
  const node = nodeOfItem(item, parent, root);
  if (label !== undefined) return node && { kind: 'label', span: label.span, node };
  if (item.target !== undefined && covers(item.target.span, place))
    return locateReference(item.target, search);
  if (covers(item.nameSpan, place)) return node && { kind: 'node', span: item.nameSpan, node };
  return locateIn(item.items, node, search);
}

function nodeOfItem(
  item: DtsNode,
  parent: FdtNode | undefined,
  root: FdtNode,
): FdtNode | undefined {
  if (item.target !== undefined) return resolveReference(root, item.target.text);
  return item.name === '' ? root : parent && childOf(parent, item.name);
}

function locateInProperty(
  item: DtsProperty,
  node: FdtNode | undefined,
  search: Search,
): Located | undefined {
  const { place } = search;
  if (!covers(item.whole, place)) return undefined;
  for (const value of item.values) {
    const reference =
      value.kind === 'cells'
        ? value.items.find((each) => each.kind === 'reference' && covers(each.span, place))
        : value;
    if (reference?.kind === 'reference' && covers(reference.span, place))
      return locateReference(reference, search);
  }
  const property = node && propertyOf(node, item.name);
  if (node === undefined || property === undefined) return undefined;
  if (covers(item.nameSpan, place))
    return { kind: 'property', span: item.nameSpan, node, property };
  const piece = property.pieces.find(({ span }) => covers(span, place));
  return piece && { kind: 'piece', span: piece.span, node, property, piece };
}

function locateReference(reference: DtsReference, { root, place }: Search): Located | undefined {
  if (!covers(reference.span, place)) return undefined;
  const target = resolveReference(root, reference.text);
  return { kind: 'reference', span: reference.span, target };
}

/** The node that `label`, `/path` or `label/path` names. */
function resolveReference(root: FdtNode, text: string): FdtNode | undefined {
  const [first = '', ...names] = text.split('/');
  let node: FdtNode | undefined = first === '' ? root : nodeWithLabel(root, first);
  for (const name of names.filter((each) => each !== '')) node = node && childOf(node, name);
  return node;
}

function nodeWithLabel(root: FdtNode, label: string): FdtNode | undefined {
  for (const node of nodesOf(root)) if (node.labels.includes(label)) return node;
  return undefined;
}

/** An editor's cursor stands before the character it is on. */
function covers(span: Span, { offset, isInFile }: Place): boolean {
  return span.start <= offset && offset < span.end && isInFile(span);
}
