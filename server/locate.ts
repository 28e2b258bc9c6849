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
  stringsOf,
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

/** The compatible string that the piece is; undefined if it is something else. */
export function compatibleOf({ property, piece }: LocatedPiece): string | undefined {
  if (property.name !== 'compatible' || piece.kind !== 'string') return undefined;
  const end = piece.offset + piece.lengthBytes;
  return stringsOf(property.value.subarray(piece.offset, end))?.[0];
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
  // A stack of our own: sources may nest deeper than calls.
  const pending: Within[] = [{ items: document.items, node: undefined, above: undefined }];
  for (let within = pending.pop(); within !== undefined; within = pending.pop())
    for (const item of within.items) {
      if (item.kind === 'node' && mayHold(item, place))
        pending.push({ items: item.items, node: item, above: within });
      const found = locateItem(item, within, tree.root, place);
      if (found !== undefined) return found;
    }
  return undefined;
}

/** The items of a node, or of the document, and what they stand in. */
interface Within {
  readonly items: readonly (DtsItem | DtsNodeItem)[];
  readonly node: DtsNode | undefined;
  readonly above: Within | undefined;
}

/** What is included inside a node lies in another file than the node. */
function mayHold(item: DtsNode, place: Place): boolean {
  return covers(item.body, place) || !place.isInFile(item.body);
}

function locateItem(
  item: DtsItem | DtsNodeItem,
  within: Within,
  root: FdtNode,
  place: Place,
): Located | undefined {
  switch (item.kind) {
    case 'node':
      return locateNode(item, within, root, place);
    case 'property':
      return covers(item.whole, place) ? locateProperty(item, within, root, place) : undefined;
    case 'delete-node':
    case 'omit':
      return item.target && locateReference(item.target, root, place);
    case 'version':
    case 'memreserve':
    case 'delete-property':
      return undefined;
  }
}

/** The name, a label or the target; what is in the node is looked at in its turn. */
function locateNode(
  item: DtsNode,
  within: Within,
  root: FdtNode,
  place: Place,
): Located | undefined {
  const { target, nameSpan } = item;
  if (target !== undefined && covers(target.span, place))
    return locateReference(target, root, place);
  const label = item.labels.find(({ span }) => covers(span, place));
  if (label === undefined && !covers(nameSpan, place)) return undefined;
  const node = nodeOf({ items: item.items, node: item, above: within }, root);
  if (node === undefined) return undefined;
  if (label !== undefined) return { kind: 'label', span: label.span, node };
  return { kind: 'node', span: nameSpan, node };
}

function locateProperty(
  item: DtsProperty,
  within: Within,
  root: FdtNode,
  place: Place,
): Located | undefined {
  for (const value of item.values)
    for (const part of value.kind === 'cells' ? value.items : [value])
      if (part.kind === 'reference' && covers(part.span, place))
        return locateReference(part, root, place);
  const node = nodeOf(within, root);
  const property = node && propertyOf(node, item.name);
  if (node === undefined || property === undefined) return undefined;
  if (covers(item.nameSpan, place))
    return { kind: 'property', span: item.nameSpan, node, property };
  const piece = property.pieces.find(({ span }) => covers(span, place));
  return piece && { kind: 'piece', span: piece.span, node, property, piece };
}

function locateReference(
  reference: DtsReference,
  root: FdtNode,
  place: Place,
): Located | undefined {
  if (!covers(reference.span, place)) return undefined;
  const target = resolveReference(root, reference.text);
  return { kind: 'reference', span: reference.span, target };
}

/** The node of the tree that a node of the text became, or became a part of. */
function nodeOf(within: Within, root: FdtNode): FdtNode | undefined {
  const outermostFirst: DtsNode[] = [];
  for (let each: Within | undefined = within; each !== undefined; each = each.above)
    if (each.node !== undefined) outermostFirst.unshift(each.node);
  let node: FdtNode | undefined = root;
  for (const { name, target } of outermostFirst) {
    if (target !== undefined) node = resolveReference(root, target.text);
    else if (name !== '') node = node && childOf(node, name);
  }
  return node;
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
