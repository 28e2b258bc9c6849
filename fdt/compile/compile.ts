import { getUint } from '../cells.ts';
import type { Issue, Outcome } from '../issue.ts';
import { IssueList } from '../issue-list.ts';
import { PropertySyntax } from '../source/items.ts';
import type { DtsChange } from '../source/reparse.ts';
import type { DtsDocument, DtsNode, DtsProperty, SourceHost } from '../source/syntax.ts';
import type { ByteOrder, CellBits, FdtNode, FdtTree } from '../tree.ts';
import { checkNames, LabelCheck, redundantName } from './checks.ts';
import { deleteNode, type LiveNode, LiveProperty, liveNodes } from './live-tree.ts';
import type { LiveTree } from './merge.ts';
import { mergeDocument } from './merge.ts';
import { addFixups, addSymbols } from './overlay.ts';
import { OwnedIssues } from './owned-issues.ts';
import { planPatch } from './patch.ts';
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
  /** The node of the tree that a definition went into; undefined if it was deleted. */
  nodeOf(definition: DtsNode): FdtNode | undefined;
  /** What a reference (without `&` and braces) refers to in the finished tree. */
  resolve(reference: string): FdtNode | undefined;
  /**
   * Brings the tree and the issues up to date with a change that the document already has. If that
   * is undefined, all has to be compiled again. Otherwise says which nodes are others.
   */
  update(change: DtsChange): TreeChange | undefined;
}

/** Nodes of a tree that changed. */
export interface TreeChange {
  /** Other members are in it. */
  readonly changed: FdtNode;
  /** With all that is in them. */
  readonly added: readonly FdtNode[];
  readonly removed: readonly FdtNode[];
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
  readonly #nameIssues = new OwnedIssues();
  readonly #labelIssues = new IssueList();
  readonly #valueIssues = new OwnedIssues();
  readonly #live: LiveTree;
  #nodes: readonly LiveNode[];
  readonly #phandles: PhandleTable;
  readonly #evaluator: ValueEvaluator;
  #firstTotal = 0;
  /** The first node of /cpus, deleted or not, which is where dtc looks. */
  readonly #bootCpu: LiveNode | undefined;

  constructor(document: DtsDocument, options: CompileOptions) {
    this.#options = options;
    this.#byteOrder = options.dtc === true ? 'big' : options.byteOrder;
    this.#live = mergeDocument(document, this.#issues);
    this.#nodes = liveNodes(this.#live.root);
    this.#bootCpu = this.#live.root.child('cpus')?.children[0];
    this.#phandles = new PhandleTable(this.#byteOrder, this.#valueIssues);
    this.#evaluator = new ValueEvaluator({
      byteOrder: this.#byteOrder,
      isTruncationAllowed: options.dtc === true,
      isPlugin: this.#live.isPlugin,
      host: options.host ?? document.host,
      issues: this.#valueIssues,
      resolve: (text) => this.#resolve(text),
      phandleOf: (node) => this.#phandles.phandleOf(node),
    });
  }

  compile(): Compiled {
    const isDtc = this.#options.dtc === true;
    // Layouts are asked for by nodes as they will be; dtc looks at deleted names once more.
    if (!isDtc) this.#sweep();
    const labels = new LabelCheck(this.#labelIssues);
    const unfinished: LiveNode[] = [];
    const withPhandle: LiveNode[] = [];
    // All at once for each node: going through a large tree takes as long as what is done there.
    for (const node of this.#nodes) {
      if (!this.#evaluateEarly(node)) unfinished.push(node);
      checkNames(node, this.#nameIssues);
      labels.check(node);
      if (node.properties.some(isPhandle)) withPhandle.push(node);
    }
    if (isDtc) {
      for (const node of this.#nodes) this.#dropName(node);
      this.#sweep();
    }
    for (const node of withPhandle) this.#takePhandle(node);
    for (const node of unfinished) this.#evaluateRest(node);
    this.#firstTotal = this.#evaluator.total;
    const bootCpuid = this.#bootCpuid();
    this.#omitUnreferenced();
    const { root, definitions, reservations, isPlugin } = this.#live;
    if (this.#options.symbols === true) {
      addSymbols(this.#nodes, root, (node) => this.#phandles.phandleOf(node));
    }
    if (isPlugin) {
      const nodes = this.#nodes.filter((node) => !node.isDeleted);
      addFixups(nodes, root, (text) => this.#resolve(text), this.#valueIssues);
    }
    this.#nodes = NO_NODES;
    const allIssues = (): Issue[] => this.#issueLists().flatMap(({ issues }) => issues);
    return {
      value: { root, reservations, bootCpuid },
      get issues() {
        return allIssues();
      },
      nodeOf(definition) {
        const node = definitions.get(definition);
        return node?.isDeleted === false ? node : undefined;
      },
      resolve: (text) => this.#resolve(text),
      update: (change) => this.#update(change),
    };
  }

  #issueLists(): readonly IssueList[] {
    return [this.#issues, this.#nameIssues, this.#labelIssues, this.#valueIssues];
  }

  #update(change: DtsChange): TreeChange | undefined {
    const { dtc, symbols } = this.#options;
    const lists = this.#issueLists();
    if (dtc === true || symbols === true || lists.some(({ isFull }) => isFull)) return undefined;
    // Replaced values are not reused: now and then all of them are made anew.
    if (this.#evaluator.total > 2 * this.#firstTotal + MAX_WASTED_BYTES) return undefined;
    const patch = planPatch(this.#live, change);
    if (patch === undefined) return undefined;
    const { node, removedChildren, addedProperties, addedChildren } = patch;
    const removed = removedChildren.flatMap((child) => liveNodes(child));
    const dropped = new Set<object>([node, ...removed, ...patch.removedProperties]);
    for (const { syntax, properties } of removed) {
      if (syntax !== undefined) this.#live.forget(syntax);
      for (const property of properties) dropped.add(property);
    }
    for (const list of [this.#nameIssues, this.#valueIssues]) list.drop(dropped);
    for (const list of lists) list.move(change.move);
    const properties = addedProperties.map((syntax) => new LiveProperty(syntax.name, syntax));
    node.replaceProperties(patch.firstProperty, patch.removedProperties.length, properties);
    const children = addedChildren.map((item) => this.#live.addFresh(node, item));
    node.replaceChildren(patch.firstChild, removedChildren.length, children.length);
    const added = children.flatMap((child) => liveNodes(child));
    const touched = [node, ...added];
    for (const each of touched) this.#evaluateEarly(each);
    for (const each of touched) {
      this.#evaluateRest(each);
      checkNames(each, this.#nameIssues);
    }
    return { changed: node, added, removed };
  }

  #resolve(text: string): LiveNode | undefined {
    return this.#live.references.resolve(text);
  }

  #sweep(): void {
    if (this.#live.hasDeletions) for (const node of this.#nodes) node.sweep();
  }

  /** Evaluates what needs no layout, so that layouts can depend on it; false if that is not all. */
  #evaluateEarly(node: LiveNode): boolean {
    let isAll = true;
    for (const property of node.properties) {
      const { syntax } = property;
      if (syntax === undefined || property.isDeleted || property.isEvaluated) continue;
      if (this.#isEarly(syntax)) this.#evaluator.evaluate(property, syntax, undefined);
      else isAll = false;
    }
    return isAll;
  }

  /** Neither a layout nor a reference can be in it. */
  #isEarly(syntax: DtsProperty): boolean {
    if (syntax instanceof PropertySyntax && syntax.isPlain) {
      return syntax.cells === 0 || syntax.bits > 0 || this.#options.dtc === true;
    }
    return syntax.values.every(
      ({ kind }) => kind === 'string' || kind === 'bytes' || kind === 'label',
    );
  }

  #evaluateRest(node: LiveNode): void {
    for (const property of node.properties) this.#evaluate(node, property);
  }

  #evaluate(node: LiveNode, property: LiveProperty): void {
    const { syntax } = property;
    if (property.isEvaluated || syntax === undefined || property.isDeleted) return;
    const { layoutOf, dtc } = this.#options;
    const mayAsk = dtc !== true && hasUnsizedCells(syntax);
    const layout = mayAsk ? layoutOf?.(node, property.name) : undefined;
    this.#evaluator.evaluate(property, syntax, layout);
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
    const redundant = redundantName(node, this.#labelIssues);
    if (redundant !== undefined) node.removeProperty(redundant);
  }

  #omitUnreferenced(): void {
    const keepsLabelled = this.#options.symbols === true;
    const parents = new Set<LiveNode>();
    for (const node of this.#nodes) {
      if (node.isDeleted || !node.isOmittedIfUnreferenced || node.isReferenced) continue;
      if (keepsLabelled && node.labelList.all.length > 0) continue;
      deleteNode(node);
      if (node.parent !== undefined) parents.add(node.parent);
    }
    if (parents.size === 0) return;
    this.#live.references.noteDeletion();
    for (const parent of parents) parent.sweep();
  }

  /** The `reg` of the first node in /cpus, if it is one cell. */
  #bootCpuid(): number {
    const reg = this.#bootCpu?.property('reg');
    if (reg === undefined || reg.value.length !== 4) return 0;
    // dtc looks before references are resolved: a path has no length then, a phandle is unset.
    if (hasReferences(reg)) return reg.phandleUses.length > 0 ? 0xffff_ffff : 0;
    return Number(getUint(reg.value, 0, 32, this.#byteOrder));
  }
}

const NO_NODES: readonly LiveNode[] = [];
/** Bytes of values that were replaced and are still kept, besides as many as there are. */
const MAX_WASTED_BYTES = 1 << 20;

function isPhandle({ name }: LiveProperty): boolean {
  return name === 'phandle' || name === 'linux,phandle';
}

function hasUnsizedCells(syntax: DtsProperty): boolean {
  if (syntax instanceof PropertySyntax && syntax.isPlain) return syntax.bits <= 0;
  return syntax.values.some((value) => value.kind === 'cells' && value.bits === undefined);
}
