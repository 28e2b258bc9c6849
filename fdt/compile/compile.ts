import { getUint } from '../cells.ts';
import type { Outcome } from '../issue.ts';
import { IssueList } from '../issue-list.ts';
import type { DtsDocument, DtsNode, DtsProperty, SourceHost } from '../source/syntax.ts';
import type { Span } from '../text.ts';
import type {
  ByteOrder,
  CellArray,
  CellBits,
  FdtNode,
  FdtProperty,
  FdtTree,
  ValuePiece,
} from '../tree.ts';
import { checkLabels, checkNames, redundantName } from './checks.ts';
import type { BuildingNode, LiveNode, LiveProperty } from './live-tree.ts';
import { deleteNode, liveNodes } from './live-tree.ts';
import type { LiveTree } from './merge.ts';
import { mergeDocument } from './merge.ts';
import { addFixups, addSymbols } from './overlay.ts';
import { hasReferences, PhandleTable } from './phandles.ts';
import { ValueEvaluator } from './values.ts';

/**
 * The widths in bits of the successive cells of a property, repeated cyclically: `[64]` for u64
 * cells, `[64, 32]` for pairs. Undefined for 32 bits. The node has its path, parent and children,
 * and those of its properties that hold only strings and bytes, as `compatible` does; the values of
 * the others may still be empty.
 */
export type LayoutOf = (node: FdtNode, propertyName: string) => readonly CellBits[] | undefined;

export interface CompileOptions {
  /** Of the cells of values. */
  readonly byteOrder: ByteOrder;
  readonly layoutOf?: LayoutOf;
  /** For `/incbin/`; that of the document if absent. */
  readonly host?: SourceHost;
  /**
   * Do what `dtc -I dts -O dtb` does: big-endian values, no layouts, literals that are too wide
   * are cut off with a warning, and a right `name` property is left out.
   */
  readonly dtc?: boolean;
  /** Add `__symbols__`, as `dtc -@` does. */
  readonly symbols?: boolean;
}

export interface Compiled extends Outcome<FdtTree> {
  /** The node of the tree that a definition went into; none if it was deleted. */
  readonly nodeOf: ReadonlyMap<DtsNode, FdtNode>;
  /** What a reference (without `&` and braces) refers to in the finished tree. */
  resolve(reference: string): FdtNode | undefined;
}

/**
 * Makes the tree that a document describes: merges definitions, resolves references, gives
 * phandles, and evaluates values. There is always a tree; what is wrong is left out or left as
 * close as it can be.
 */
export function compileDts(document: DtsDocument, options: CompileOptions): Compiled {
  return new Compiler(document, options).compile();
}

class Compiler {
  readonly #options: CompileOptions;
  readonly #byteOrder: ByteOrder;
  readonly #issues = new IssueList();
  readonly #live: LiveTree;
  readonly #nodes: LiveNode[];
  readonly #phandles: PhandleTable;
  readonly #evaluator: ValueEvaluator;

  constructor(document: DtsDocument, options: CompileOptions) {
    this.#options = options;
    this.#byteOrder = options.dtc === true ? 'big' : options.byteOrder;
    this.#live = mergeDocument(document, this.#issues);
    this.#nodes = liveNodes(this.#live.root);
    this.#phandles = new PhandleTable(this.#byteOrder, this.#issues);
    this.#evaluator = new ValueEvaluator({
      byteOrder: this.#byteOrder,
      isTruncationAllowed: options.dtc === true,
      isPlugin: this.#live.isPlugin,
      host: options.host ?? document.host,
      issues: this.#issues,
      resolve: (text) => this.#resolve(text),
      phandleOf: (node) => this.#phandles.phandleOf(node),
    });
  }

  compile(): Compiled {
    const nodeOf = new Map<DtsNode, FdtNode>();
    for (const node of this.#nodes) this.#start(node);
    for (const [syntax, node] of this.#live.definitions) {
      if (node.isBuilt) nodeOf.set(syntax, node.built);
    }
    checkNames(this.#nodes, this.#issues);
    checkLabels(this.#nodes, this.#issues);
    if (this.#options.dtc === true) for (const node of this.#nodes) this.#dropName(node);
    for (const node of this.#nodes) this.#takePhandle(node);
    for (const node of this.#nodes) {
      for (const property of node.properties) this.#evaluate(node, property);
    }
    const bootCpuid = this.#bootCpuid();
    this.#omitUnreferenced();
    const { root } = this.#live;
    const resolve = (text: string): LiveNode | undefined => this.#resolve(text);
    if (this.#options.symbols === true) {
      addSymbols(this.#nodes, root.built, (node) => this.#phandles.phandleOf(node));
    }
    if (this.#live.isPlugin) {
      const nodes = this.#nodes.filter((node) => !node.isDeleted);
      addFixups(nodes, root.built, resolve, this.#issues);
    }
    const { reservations } = this.#live;
    return {
      value: { root: root.built, reservations, bootCpuid },
      issues: this.#issues.issues,
      nodeOf,
      resolve: (text) => this.#resolve(text)?.built,
    };
  }

  #resolve(text: string): LiveNode | undefined {
    const node = this.#live.references.resolve(text);
    return node?.isBuilt ? node : undefined;
  }

  /** Makes the node, with its properties in place and those evaluated that need no layout. */
  #start(node: LiveNode): void {
    const parent = node.parent?.built;
    const { name } = node;
    const above = parent === undefined || parent.path === '/' ? '' : parent.path;
    const built: BuildingNode = {
      name,
      path: `${above}/${name}`,
      parent,
      properties: [],
      children: [],
      labels: node.labels.names(),
    };
    if (node.nameSpan !== undefined) built.span = node.nameSpan;
    if (node.syntax !== undefined) built.whole = node.syntax.whole;
    node.built = built;
    parent?.children.push(built);
    for (const property of node.properties) {
      const { syntax } = property;
      if (property.isDeleted || syntax === undefined) continue;
      const unset = new BuiltProperty(property, syntax);
      property.built = unset;
      built.properties.push(unset);
      if (syntax.values.every(isPlain)) this.#set(property, undefined);
    }
  }

  #evaluate(node: LiveNode, property: LiveProperty): void {
    if (property.isEvaluated || property.built === undefined) return;
    const hasCells = property.syntax?.values.some(
      (value) => value.kind === 'cells' && value.bits === undefined,
    );
    const { layoutOf, dtc } = this.#options;
    const mayAsk = hasCells === true && dtc !== true;
    this.#set(property, mayAsk ? layoutOf?.(node.built, property.name) : undefined);
  }

  #set(property: LiveProperty, layout: readonly CellBits[] | undefined): void {
    const { built, syntax } = property;
    if (built === undefined || syntax === undefined) return;
    property.isEvaluated = true;
    const evaluated = this.#evaluator.evaluate(syntax, layout);
    built.value = evaluated.value;
    property.shape = evaluated.shape;
    property.phandleUses = evaluated.phandleUses;
  }

  #takePhandle(node: LiveNode): void {
    for (const name of ['phandle', 'linux,phandle']) {
      const property = node.property(name);
      if (property !== undefined && !hasReferences(property)) this.#evaluate(node, property);
    }
    this.#phandles.takeExplicit(node, (text) => this.#resolve(text));
  }

  #dropName(node: LiveNode): void {
    const first = node.anyProperty('name');
    if (first === undefined) return;
    if (!first.isDeleted && !hasReferences(first)) this.#evaluate(node, first);
    const redundant = redundantName(node, this.#issues);
    if (redundant === undefined) return;
    remove(node.built.properties, redundant.built as FdtProperty);
    node.properties.splice(node.properties.indexOf(redundant), 1);
  }

  #omitUnreferenced(): void {
    const keepsLabelled = this.#options.symbols === true;
    const parents = new Set<LiveNode>();
    for (const node of this.#nodes) {
      if (node.isDeleted || !node.isOmittedIfUnreferenced || node.isReferenced) continue;
      if (keepsLabelled && node.labels.all.length > 0) continue;
      deleteNode(node);
      if (node.parent !== undefined) parents.add(node.parent);
    }
    if (parents.size === 0) return;
    this.#live.references.noteDeletion();
    for (const parent of parents) {
      const live = parent.children.filter((child) => !child.isDeleted);
      parent.built.children = live.map((child) => child.built);
    }
  }

  /** The `reg` of the first node in /cpus, if it is one cell. */
  #bootCpuid(): number {
    const cpu = this.#live.root.child('cpus')?.children[0];
    const reg = cpu?.property('reg');
    const value = reg?.built?.value;
    if (reg === undefined || value?.length !== 4) return 0;
    // dtc looks before references are resolved: a path has no length then, a phandle is unset.
    if (hasReferences(reg)) return reg.phandleUses.length > 0 ? 0xffff_ffff : 0;
    return Number(getUint(value, 0, 32, this.#byteOrder));
  }
}

/**
 * A property whose pieces are looked up when someone asks. A class, because an object literal with
 * a getter is slow to make and there are many properties.
 */
class BuiltProperty implements FdtProperty {
  readonly name: string;
  value: Uint8Array = EMPTY;
  readonly span: Span;
  readonly whole: Span;
  readonly #live: LiveProperty;

  constructor(live: LiveProperty, syntax: DtsProperty) {
    this.name = live.name;
    this.span = syntax.nameSpan;
    this.whole = syntax.whole;
    this.#live = live;
  }

  get pieces(): readonly ValuePiece[] {
    return this.#live.pieces;
  }

  get cellArrays(): readonly CellArray[] {
    const arrays: CellArray[] = [];
    for (const value of this.#live.syntax?.values ?? [])
      if (value.kind === 'cells') {
        const hasReferences = value.items.some(({ kind }) => kind === 'reference');
        arrays.push({ bits: value.bits, hasReferences });
      }
    return arrays;
  }
}

/** Can be evaluated before layouts and references are known. */
function isPlain({ kind }: DtsProperty['values'][number]): boolean {
  return kind === 'string' || kind === 'bytes' || kind === 'label';
}

const EMPTY = new Uint8Array(0);

function remove<T>(from: T[], what: T): void {
  const index = from.indexOf(what);
  if (index >= 0) from.splice(index, 1);
}
