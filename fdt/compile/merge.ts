// From what was written to one tree: definitions are applied in order, as the specification and
// dtc do it. Within one definition nothing is merged; a later definition merges into what is there.
import type { IssueList } from '../issue-list.ts';
import type {
  DtsDocument,
  DtsItem,
  DtsLabel,
  DtsNode,
  DtsNodeItem,
  DtsProperty,
  DtsReference,
} from '../source/syntax.ts';
import type { FdtReservation } from '../tree.ts';
import { LabelList, NO_LABELS } from './labels.ts';
import { deleteNode, deleteProperty, LiveNode, LiveProperty } from './live-tree.ts';
import { ReferenceTable } from './references.ts';

export interface LiveTree {
  readonly root: LiveNode;
  readonly references: ReferenceTable;
  /** Which node each definition went into. */
  readonly definitions: ReadonlyMap<DtsNode, LiveNode>;
  readonly reservations: readonly FdtReservation[];
  readonly isPlugin: boolean;
  /** Something is marked as deleted. */
  readonly hasDeletions: boolean;
  /** What each definition says is there where it says it, and nowhere else. */
  readonly isPatchable: boolean;
  /** Adds the node that `item` defines, with what is in it, as the last child of `parent`. */
  addFresh(parent: LiveNode, item: DtsNode): LiveNode;
  /** Notes that a definition is gone. */
  forget(item: DtsNode): void;
}

/** Applies all items of `document` in order. */
export function mergeDocument(document: DtsDocument, issues: IssueList): LiveTree {
  return new Merger(document, issues).merge();
}

interface Frame {
  readonly node: LiveNode;
  readonly items: readonly DtsNodeItem[];
  /** Nothing was in the node before this definition. */
  readonly isFresh: boolean;
  next: number;
}

class Merger {
  readonly #document: DtsDocument;
  readonly #issues: IssueList;
  readonly #root: LiveNode;
  readonly #references: ReferenceTable;
  readonly #definitions = new Map<DtsNode, LiveNode>();
  #hasRoot = false;
  #fragments = 0;
  #hasDeletions = false;
  #hasOmits = false;

  constructor(document: DtsDocument, issues: IssueList) {
    this.#document = document;
    this.#issues = issues;
    const first = document.items.find((item) => item.kind === 'node' && isRoot(item));
    this.#root = new LiveNode('', undefined, first as DtsNode | undefined);
    this.#references = new ReferenceTable(this.#root);
    this.#hasRoot = document.isFragment;
  }

  merge(): LiveTree {
    const reservations: FdtReservation[] = [];
    for (const item of this.#document.items) {
      if (item.kind !== 'memreserve') this.#apply(item);
      else {
        const { address, sizeBytes, span } = item;
        reservations.push({ address, sizeBytes, span });
      }
    }
    const { isPlugin } = this.#document;
    return {
      root: this.#root,
      references: this.#references,
      definitions: this.#definitions,
      reservations,
      isPlugin,
      hasDeletions: this.#hasDeletions,
      isPatchable: !isPlugin && !this.#hasDeletions && !this.#hasOmits,
      addFresh: (parent, item) => {
        const child = this.#newChild(parent, item);
        this.#define(child, item, true);
        return child;
      },
      forget: (item) => void this.#definitions.delete(item),
    };
  }

  #apply(item: DtsItem): void {
    switch (item.kind) {
      case 'node':
        if (item.target !== undefined) this.#applyTo(item, item.target);
        else if (isRoot(item)) {
          this.#define(this.#root, item, !this.#hasRoot);
          this.#hasRoot = true;
        } else this.#applyNamed(item);
        return;
      case 'delete-node': {
        const node = item.target && this.#find(item.target);
        if (node === this.#root) {
          this.#issues.error('syntax-error', item.span, 'the root cannot be deleted');
        } else if (node !== undefined) {
          this.#hasDeletions = true;
          deleteNode(node);
          this.#references.noteDeletion();
        }
        return;
      }
      case 'omit': {
        this.#hasOmits = true;
        const node = this.#find(item.target);
        if (node !== undefined && node !== this.#root) node.isOmittedIfUnreferenced = true;
        return;
      }
      default:
        return;
    }
  }

  /** A top node of a fragment: several of one name are one node, as for children of `/`. */
  #applyNamed(item: DtsNode): void {
    const known = this.#root.anyChild(item.name);
    if (known !== undefined) this.#define(known, item, false);
    else this.#define(this.#newChild(this.#root, item), item, true);
  }

  #applyTo(item: DtsNode, target: DtsReference): void {
    const { isPlugin } = this.#document;
    if (isPlugin && !target.text.startsWith('/') && target.text.includes('/')) {
      const message = 'an overlay cannot refer to a path below a label';
      this.#issues.error('bad-overlay', target.span, message);
    }
    const isPath = target.text.startsWith('/');
    const mayBeHere = this.#hasRoot && (!isPlugin || !isPath || item.labels.length > 0);
    const node = mayBeHere ? this.#references.resolve(target.text) : undefined;
    if (node !== undefined) this.#define(node, item, false);
    else if (isPlugin && item.labels.length === 0) this.#addFragment(item, target);
    else this.#find(target, !this.#hasRoot);
    this.#hasRoot = true;
  }

  /** An overlay's node for a base that is not known here. */
  #addFragment(item: DtsNode, target: DtsReference): void {
    const name = `fragment@${this.#fragments++}`;
    const fragment = new LiveNode(name, this.#root, undefined, target.span);
    this.#root.addChild(fragment);
    const property = targetProperty(target);
    fragment.addProperty(new LiveProperty(property.name, property));
    const overlay = new LiveNode('__overlay__', fragment, item);
    fragment.addChild(overlay);
    this.#define(overlay, item, true);
  }

  #find(target: DtsReference, isCertainlyMissing = false): LiveNode | undefined {
    const node = isCertainlyMissing ? undefined : this.#references.resolve(target.text);
    if (node === undefined) reportUndefined(this.#issues, target.text, target);
    return node;
  }

  #define(node: LiveNode, definition: DtsNode, isFresh: boolean): void {
    node.isDeleted = false;
    if (!isFresh) node.isMerged = true;
    this.#definitions.set(definition, node);
    this.#addLabels(node, definition.labels, isFresh);
    const frames: Frame[] = [{ node, items: definition.items, isFresh, next: 0 }];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const item = frame.items[frame.next++];
      if (item === undefined) {
        if (frame.isFresh) frame.node.close();
        frames.pop();
      } else {
        const inner = this.#member(frame, item);
        if (inner !== undefined) frames.push(inner);
      }
    }
  }

  /** Applies one item of a node; returns what is inside it, if anything. */
  #member({ node, isFresh }: Frame, item: DtsNodeItem): Frame | undefined {
    switch (item.kind) {
      case 'property':
        this.#property(node, item, isFresh);
        return undefined;
      case 'delete-property':
        this.#hasDeletions = true;
        if (isFresh) {
          const property = new LiveProperty(item.name, undefined);
          addLabels(property, item.labels, true);
          node.addProperty(property);
        } else {
          const known = node.anyProperty(item.name);
          if (known !== undefined) deleteProperty(known);
        }
        return undefined;
      case 'delete-node':
        this.#deleteChild(node, item.name, item.labels, isFresh);
        return undefined;
      case 'node': {
        if (item.name === '') return undefined;
        const known = isFresh ? undefined : node.anyChild(item.name);
        const child = known ?? this.#newChild(node, item);
        child.isDeleted = false;
        if (known !== undefined) child.isMerged = true;
        this.#definitions.set(item, child);
        this.#addLabels(child, item.labels, known === undefined);
        return { node: child, items: item.items, isFresh: known === undefined, next: 0 };
      }
    }
  }

  #property(node: LiveNode, item: DtsProperty, isFresh: boolean): void {
    const known = isFresh ? undefined : node.anyProperty(item.name);
    if (known === undefined) {
      const property = new LiveProperty(item.name, item);
      addLabels(property, item.labels, true);
      node.addProperty(property);
      return;
    }
    known.syntax = item;
    known.isDeleted = false;
    addLabels(known, item.labels, false);
  }

  #deleteChild(node: LiveNode, name: string, labels: readonly DtsLabel[], isFresh: boolean): void {
    this.#hasDeletions = true;
    if (isFresh) {
      const placeholder = new LiveNode(name, node, undefined);
      placeholder.isDeleted = true;
      this.#addLabels(placeholder, labels, true);
      node.addChild(placeholder);
      return;
    }
    const known = node.anyChild(name);
    if (known === undefined) return;
    deleteNode(known);
    this.#references.noteDeletion();
  }

  #newChild(parent: LiveNode, item: DtsNode): LiveNode {
    const child = new LiveNode(item.name, parent, item);
    child.isOmittedIfUnreferenced = item.isOmittedIfUnreferenced;
    if (item.isOmittedIfUnreferenced) this.#hasOmits = true;
    parent.addChild(child);
    return child;
  }

  #addLabels(node: LiveNode, labels: readonly DtsLabel[], isFirst: boolean): void {
    addLabels(node, labels, isFirst);
    for (const { name } of labels) this.#references.noteLabel(name, node);
  }
}

/** Reports that no node is what `text` refers to. */
export function reportUndefined(
  issues: IssueList,
  text: string,
  place: Pick<DtsReference, 'span'>,
): void {
  const isPath = text.includes('/');
  const message = isPath ? `no node has the path '${text}'` : `no node has the label '${text}'`;
  issues.error(isPath ? 'undefined-path' : 'undefined-label', place.span, message);
}

function isRoot(item: DtsNode): boolean {
  return item.name === '' && item.target === undefined;
}

function addLabels(
  named: LiveNode | LiveProperty,
  labels: readonly DtsLabel[],
  isFirst: boolean,
): void {
  if (labels.length > 0 && named.labelList === NO_LABELS) named.labelList = new LabelList();
  for (const label of labels) named.labelList.add(label, isFirst);
}

/** `target = <&label>;` or `target-path = "/path";` */
function targetProperty(target: DtsReference): DtsProperty {
  const { span, text } = target;
  const isPath = text.startsWith('/');
  return {
    kind: 'property',
    labels: [],
    name: isPath ? 'target-path' : 'target',
    nameSpan: span,
    whole: span,
    hasValue: true,
    isPlain: false,
    values: isPath
      ? [{ kind: 'string', span, text, bytes: undefined }]
      : [{ kind: 'cells', span, bits: 32, items: [target] }],
  };
}
