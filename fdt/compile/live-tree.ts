// The tree while definitions are merged into it, which is also the finished one. Deleting only
// marks at first: what is defined again after it was deleted comes back in its old place, which
// decides the order of the blob. What stays deleted is taken out when all definitions are in.
import { replaceRange } from '../replace-range.ts';
import { PropertySyntax } from '../source/items.ts';
import type { DtsNode, DtsProperty } from '../source/syntax.ts';
import type { Span } from '../text.ts';
import type { CellArray, CellBits, FdtNode, FdtProperty, ValuePiece } from '../tree.ts';
import { type LabelList, NO_LABELS } from './labels.ts';
import { piecesOf } from './pieces.ts';

/** A reference that a value holds as a phandle. */
export interface PhandleUse {
  /** In bytes, in the value. */
  readonly offset: number;
  /** The text of the reference. */
  readonly reference: string;
}

/** What few properties have. */
interface Rare {
  labelList: LabelList;
  phandleUses: readonly PhandleUse[];
  lengths: readonly number[];
  /** What a property that no source has was made for. */
  owner: LiveNode | undefined;
}

export class LiveProperty implements FdtProperty {
  readonly name: string;
  /** The definition that gave the value; undefined where none did. */
  syntax: DtsProperty | undefined;
  isDeleted: boolean;
  isEvaluated = false;
  /** Widths of the cells that do not say it themselves, repeated. */
  layout: readonly CellBits[] | undefined;
  /** The value is a part of this, which many share, until someone asks for it by itself. */
  #bytes: Uint8Array = EMPTY;
  #offset = 0;
  #length = 0;
  #rare: Rare | undefined;

  constructor(name: string, syntax: DtsProperty | undefined, owner?: LiveNode) {
    this.name = name;
    this.syntax = syntax;
    this.isDeleted = syntax === undefined;
    if (owner !== undefined) this.#rareOnes().owner = owner;
  }

  get value(): Uint8Array {
    if (this.#length !== this.#bytes.length) {
      this.#bytes = this.#bytes.subarray(this.#offset, this.#offset + this.#length);
      this.#offset = 0;
    }
    return this.#bytes;
  }

  set value(value: Uint8Array) {
    this.setValue(value, 0, value.length);
  }

  setValue(bytes: Uint8Array, offset: number, length: number): void {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#length = length;
  }

  get valueBytes(): number {
    return this.#length;
  }

  copyValue(target: Uint8Array, at: number): void {
    const bytes = this.#bytes;
    const start = this.#offset;
    const end = start + this.#length;
    if (this.#length > MAX_COPIED_ONE_BY_ONE) target.set(bytes.subarray(start, end), at);
    else for (let i = start; i < end; i++) target[at + i - start] = bytes[i] as number;
  }

  get labelList(): LabelList {
    return this.#rare === undefined ? NO_LABELS : this.#rare.labelList;
  }

  set labelList(labels: LabelList) {
    this.#rareOnes().labelList = labels;
  }

  get phandleUses(): readonly PhandleUse[] {
    return this.#rare === undefined ? NO_USES : this.#rare.phandleUses;
  }

  set phandleUses(uses: readonly PhandleUse[]) {
    this.#rareOnes().phandleUses = uses;
  }

  /** Bytes of each path and file of the value, in order. */
  get lengths(): readonly number[] {
    return this.#rare === undefined ? NO_LENGTHS : this.#rare.lengths;
  }

  set lengths(lengths: readonly number[]) {
    this.#rareOnes().lengths = lengths;
  }

  #rareOnes(): Rare {
    this.#rare ??= {
      labelList: NO_LABELS,
      phandleUses: NO_USES,
      lengths: NO_LENGTHS,
      owner: undefined,
    };
    return this.#rare;
  }

  get span(): Span | undefined {
    return this.syntax === undefined ? this.#rare?.owner?.span : this.syntax.nameSpan;
  }

  get whole(): Span | undefined {
    return this.syntax?.whole;
  }

  /** Looked up each time: there are as many as cells, and few ask. */
  get pieces(): readonly ValuePiece[] {
    return this.syntax === undefined || !this.isEvaluated ? NO_PIECES : piecesOf(this.syntax, this);
  }

  get cellArrays(): readonly CellArray[] {
    if (this.syntax === undefined) return NO_ARRAYS;
    if (this.syntax instanceof PropertySyntax && this.syntax.isPlain && this.syntax.bits >= 0)
      return PLAIN_ARRAYS[this.syntax.bits as CellBits | 0];
    const arrays: CellArray[] = [];
    for (const value of this.syntax.values)
      if (value.kind === 'cells') {
        const hasReferences = value.items.some(({ kind }) => kind === 'reference');
        arrays.push({ bits: value.bits, hasReferences });
      }
    return arrays;
  }
}

/** Up to here a loop is faster than making an object to copy from. */
const MAX_COPIED_ONE_BY_ONE = 64;
const EMPTY = new Uint8Array(0);
const NO_USES: readonly PhandleUse[] = [];
const NO_LENGTHS: readonly number[] = [];
const NO_PIECES: readonly ValuePiece[] = [];
const NO_ARRAYS: readonly CellArray[] = [];
const PLAIN_ARRAYS: Readonly<Record<CellBits | 0, readonly CellArray[]>> = {
  0: [{ bits: undefined, hasReferences: false }],
  8: [{ bits: 8, hasReferences: false }],
  16: [{ bits: 16, hasReferences: false }],
  32: [{ bits: 32, hasReferences: false }],
  64: [{ bits: 64, hasReferences: false }],
};

/** A property that the compiler adds; it stands where the name of `owner` does. */
export function generatedProperty(name: string, value: Uint8Array, owner?: LiveNode): LiveProperty {
  const property = new LiveProperty(name, undefined, owner);
  property.isDeleted = false;
  property.isEvaluated = true;
  property.value = value;
  return property;
}

/** Above this many, members are found through a map. */
const INDEX_THRESHOLD = 8;

export class LiveNode implements FdtNode {
  readonly name: string;
  readonly parent: LiveNode | undefined;
  /** Its place among the children of its parent, deleted ones counted. */
  readonly index: number;
  /** The first definition; undefined for nodes that the compiler makes and deleted ones. */
  readonly syntax: DtsNode | undefined;
  labelList: LabelList = NO_LABELS;
  properties: LiveProperty[] = [];
  children: LiveNode[] = [];
  isDeleted = false;
  /** Several definitions went into it. */
  isMerged = false;
  isOmittedIfUnreferenced = false;
  isReferenced = false;
  /** 0 as long as it has none. */
  phandle = 0;
  readonly #ownSpan: Span | undefined;
  #propertyIndex: Map<string, LiveProperty> | undefined;
  #childIndex: Map<string, LiveNode> | undefined;

  constructor(
    name: string,
    parent: LiveNode | undefined,
    syntax: DtsNode | undefined,
    ownSpan?: Span,
  ) {
    this.name = name;
    this.parent = parent;
    this.syntax = syntax;
    this.#ownSpan = ownSpan;
    this.index = parent?.children.length ?? 0;
  }

  get path(): string {
    if (this.parent === undefined) return '/';
    const above = this.parent.path;
    return above === '/' ? `/${this.name}` : `${above}/${this.name}`;
  }

  get span(): Span | undefined {
    return this.syntax === undefined ? this.#ownSpan : this.syntax.nameSpan;
  }

  get whole(): Span | undefined {
    return this.syntax?.whole;
  }

  get labels(): readonly string[] {
    return this.labelList === NO_LABELS ? NO_LABEL_NAMES : this.labelList.names();
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
    return this.children.find((child) => child.name === name && !child.isDeleted);
  }

  removeProperty(property: LiveProperty): void {
    this.properties.splice(this.properties.indexOf(property), 1);
    this.#propertyIndex = undefined;
  }

  /** Notes that all that its first definition says is in it. */
  close(): void {
    // An array that was filled one by one has room for more.
    this.properties = this.properties.slice();
    this.children = this.children.slice();
  }

  /** Replaces `count` properties from `start` on by others. */
  replaceProperties(start: number, count: number, by: readonly LiveProperty[]): void {
    replaceRange(this.properties, start, count, by);
    this.#propertyIndex = undefined;
  }

  /** Replaces `count` children from `start` on by as many of the last as `added`. */
  replaceChildren(start: number, count: number, added: number): void {
    const fresh = this.children.splice(this.children.length - added);
    replaceRange(this.children, start, count, fresh);
    this.#childIndex = undefined;
  }

  /** Takes out what is marked as deleted, for good. */
  sweep(): void {
    if (this.properties.some(isDeleted)) {
      this.properties = this.properties.filter(isLive);
      this.#propertyIndex = undefined;
    }
    if (!this.children.some(isDeleted)) return;
    this.children = this.children.filter(isLive);
    this.#childIndex = undefined;
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
    next.labelList.delete();
    for (const property of next.properties) if (!property.isDeleted) deleteProperty(property);
    for (const child of next.children) if (!child.isDeleted) pending.push(child);
  }
}

export function deleteProperty(property: LiveProperty): void {
  property.isDeleted = true;
  property.labelList.delete();
}

const NO_LABEL_NAMES: readonly string[] = [];

function isDeleted(member: { readonly isDeleted: boolean }): boolean {
  return member.isDeleted;
}

function isLive(member: { readonly isDeleted: boolean }): boolean {
  return !member.isDeleted;
}

function firstByName<T extends { readonly name: string }>(members: readonly T[]): Map<string, T> {
  const index = new Map<string, T>();
  for (const member of members) if (!index.has(member.name)) index.set(member.name, member);
  return index;
}
