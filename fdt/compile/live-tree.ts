// The tree while definitions are merged into it. Deleting only marks: what is defined again after
// it was deleted comes back in its old place, which decides the order of the blob.
import { assert } from '../assert.ts';
import type { DtsNode, DtsProperty } from '../source/syntax.ts';
import type { Span } from '../text.ts';
import type { FdtNode, FdtProperty, ValuePiece } from '../tree.ts';
import { type LabelList, NO_LABELS } from './labels.ts';
import { piecesOf, type ValueShape } from './pieces.ts';

/** What this room fills in while it builds what others may only read. */
export type Building<T> = { -readonly [K in keyof T]: T[K] };

/** A reference that a value holds as a phandle. */
export interface PhandleUse {
  /** In bytes, in the value. */
  readonly offset: number;
  /** The text of the reference. */
  readonly reference: string;
}

export class LiveProperty {
  readonly name: string;
  /** The definition that gave the value; undefined for a mere `/delete-property/`. */
  syntax: DtsProperty | undefined;
  labels: LabelList = NO_LABELS;
  isDeleted: boolean;
  built: (FdtProperty & { value: Uint8Array }) | undefined;
  isEvaluated = false;
  phandleUses: readonly PhandleUse[] = NO_USES;
  #shape: ValueShape | undefined;
  #pieces: readonly ValuePiece[] = NO_PIECES;

  constructor(name: string, syntax: DtsProperty | undefined) {
    this.name = name;
    this.syntax = syntax;
    this.isDeleted = syntax === undefined;
  }

  set shape(shape: ValueShape) {
    this.#shape = shape;
  }

  /** Only looked up when someone asks: there are as many as cells. */
  get pieces(): readonly ValuePiece[] {
    if (this.#shape !== undefined) this.#pieces = piecesOf(this.#shape);
    this.#shape = undefined;
    return this.#pieces;
  }
}

const NO_USES: readonly PhandleUse[] = [];
const NO_PIECES: readonly ValuePiece[] = [];

/** What is built of a node: the same object as the finished `FdtNode`. */
export interface BuildingNode extends Building<FdtNode> {
  properties: FdtProperty[];
  children: FdtNode[];
  labels: string[];
}

/** Above this many, members are found through a map. */
const INDEX_THRESHOLD = 8;

export class LiveNode {
  readonly name: string;
  readonly parent: LiveNode | undefined;
  /** Its place among the children of its parent, deleted ones counted. */
  readonly index: number;
  /** The first definition; undefined for nodes that the compiler makes and deleted ones. */
  readonly syntax: DtsNode | undefined;
  readonly nameSpan: Span | undefined;
  labels: LabelList = NO_LABELS;
  readonly properties: LiveProperty[] = [];
  readonly children: LiveNode[] = [];
  isDeleted = false;
  isOmittedIfUnreferenced = false;
  isReferenced = false;
  /** 0 as long as it has none. */
  phandle = 0;
  #built: BuildingNode | undefined;
  #propertyIndex: Map<string, LiveProperty> | undefined;
  #childIndex: Map<string, LiveNode> | undefined;

  constructor(
    name: string,
    parent: LiveNode | undefined,
    syntax: DtsNode | undefined,
    nameSpan: Span | undefined = syntax?.nameSpan,
  ) {
    this.name = name;
    this.parent = parent;
    this.syntax = syntax;
    this.nameSpan = nameSpan;
    this.index = parent?.children.length ?? 0;
  }

  /** The finished node; must have been started. */
  get built(): BuildingNode {
    assert(this.#built !== undefined, `${this.name} was not built`);
    return this.#built;
  }

  set built(node: BuildingNode) {
    this.#built = node;
  }

  get isBuilt(): boolean {
    return this.#built !== undefined;
  }

  addProperty(property: LiveProperty): void {
    this.properties.push(property);
    const index = this.#propertyIndex;
    if (index !== undefined && !index.has(property.name)) index.set(property.name, property);
  }

  addChild(child: LiveNode): void {
    this.children.push(child);
    const index = this.#childIndex;
    if (index !== undefined && !index.has(child.name)) index.set(child.name, child);
  }

  /** The first property of that name, deleted or not. */
  anyProperty(name: string): LiveProperty | undefined {
    if (this.properties.length <= INDEX_THRESHOLD) {
      return this.properties.find((property) => property.name === name);
    }
    this.#propertyIndex ??= firstByName(this.properties);
    return this.#propertyIndex.get(name);
  }

  /** The first child of that name, deleted or not. */
  anyChild(name: string): LiveNode | undefined {
    if (this.children.length <= INDEX_THRESHOLD) {
      return this.children.find((child) => child.name === name);
    }
    this.#childIndex ??= firstByName(this.children);
    return this.#childIndex.get(name);
  }

  /** The first property of that name that is not deleted. */
  property(name: string): LiveProperty | undefined {
    const first = this.anyProperty(name);
    if (first === undefined || !first.isDeleted) return first;
    return this.properties.find((property) => property.name === name && !property.isDeleted);
  }

  /** The first child of that name that is not deleted. */
  child(name: string): LiveNode | undefined {
    const first = this.anyChild(name);
    if (first === undefined || !first.isDeleted) return first;
    for (let i = first.index + 1; i < this.children.length; i++) {
      const child = this.children[i] as LiveNode;
      if (child.name === name && !child.isDeleted) return child;
    }
    return undefined;
  }
}

/** The nodes that are not deleted, parents first, in document order. */
export function liveNodes(root: LiveNode): LiveNode[] {
  const nodes: LiveNode[] = [];
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    nodes.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i] as LiveNode;
      if (!child.isDeleted) pending.push(child);
    }
  }
  return nodes;
}

/** Marks a node with everything in it. */
export function deleteNode(node: LiveNode): void {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    next.isDeleted = true;
    next.labels.delete();
    for (const property of next.properties) if (!property.isDeleted) deleteProperty(property);
    for (const child of next.children) if (!child.isDeleted) pending.push(child);
  }
}

export function deleteProperty(property: LiveProperty): void {
  property.isDeleted = true;
  property.labels.delete();
}

function firstByName<T extends { readonly name: string }>(members: readonly T[]): Map<string, T> {
  const index = new Map<string, T>();
  for (const member of members) if (!index.has(member.name)) index.set(member.name, member);
  return index;
}
