// Whether a change of the text changes nothing but the members of one node of the tree.
import type { DtsChange } from '../source/reparse.ts';
import type { DtsNode, DtsNodeItem, DtsProperty } from '../source/syntax.ts';
import type { LiveNode, LiveProperty } from './live-tree.ts';
import type { LiveTree } from './merge.ts';

/** Members of a node that are to be replaced. */
export interface Patch {
  readonly node: LiveNode;
  readonly firstProperty: number;
  readonly removedProperties: readonly LiveProperty[];
  readonly addedProperties: readonly DtsProperty[];
  readonly firstChild: number;
  /** Children of `node`, not what is in them. */
  readonly removedChildren: readonly LiveNode[];
  readonly addedChildren: readonly DtsNode[];
}

/**
 * What has to be replaced for `change`, which the document already has. Undefined if something
 * else might mean something else by it: labels, references, deletions and definitions of one node
 * in several places reach further than the node that they stand in.
 */
export function planPatch(live: LiveTree, change: DtsChange): Patch | undefined {
  const { parent, index, removed, added } = change;
  const node = live.definitions.get(parent);
  if (node === undefined || node.isDeleted || node.isMerged || !live.isPatchable) return undefined;
  const hasNodes = removed.some(isNode) || added.some(isNode);
  if (hasNodes && live.references.isUsed) return undefined;
  if (isInCpus(node)) return undefined;
  const items = [...removed, ...added];
  if (!items.every((item) => mayBeReplaced(item, node))) return undefined;
  const before = parent.items.slice(0, index);
  const firstProperty = before.filter(isProperty).length;
  const firstChild = before.filter(isNode).length;
  const oldProperties = removed.filter(isProperty);
  const oldChildren = removed.filter(isNode);
  const removedProperties = node.properties.slice(
    firstProperty,
    firstProperty + oldProperties.length,
  );
  const removedChildren = node.children.slice(firstChild, firstChild + oldChildren.length);
  const isThere =
    oldProperties.every((syntax, i) => removedProperties[i]?.syntax === syntax) &&
    oldChildren.every((syntax, i) => removedChildren[i]?.syntax === syntax);
  if (!isThere || !removedChildren.every(isUnused)) return undefined;
  const addedProperties = added.filter(isProperty);
  const addedChildren = added.filter(isNode);
  return {
    node,
    firstProperty,
    removedProperties,
    addedProperties,
    firstChild,
    removedChildren,
    addedChildren,
  };
}

function isNode(item: DtsNodeItem): item is DtsNode {
  return item.kind === 'node';
}

function isProperty(item: DtsNodeItem): item is DtsProperty {
  return item.kind === 'property';
}

/** The header of a blob says what is in /cpus. */
function isInCpus(node: LiveNode): boolean {
  if (node.parent === undefined) return false;
  return (node.parent.parent === undefined && node.name === 'cpus') || isInCpus(node.parent);
}

/** Decides what describes a node and everything in it, or which number the node goes by. */
const FAR_REACHING: ReadonlySet<string> = new Set(['compatible', 'phandle', 'linux,phandle']);

function mayBeReplaced(item: DtsNodeItem, within: LiveNode): boolean {
  if (item.kind === 'property') return !FAR_REACHING.has(item.name) && isSelfContained(item);
  if (item.kind !== 'node') return false;
  if (within.parent === undefined && item.name === 'cpus') return false;
  const pending: DtsNodeItem[] = [item];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'property') {
      if (next.name.endsWith('phandle') || !isSelfContained(next)) return false;
      continue;
    }
    if (next.kind !== 'node' || next.target !== undefined || next.name === '') return false;
    if (next.labels.length > 0 || next.isOmittedIfUnreferenced) return false;
    for (const inner of next.items) pending.push(inner);
  }
  return true;
}

/** Neither names anything nor refers to anything. */
function isSelfContained({ labels, isPlain, values }: DtsProperty): boolean {
  if (labels.length > 0) return false;
  return (
    isPlain ||
    values.every((value) => {
      if (value.kind === 'label' || value.kind === 'reference') return false;
      if (value.kind === 'bytes') return value.labels.length === 0;
      return value.kind !== 'cells' || value.items.every(({ kind }) => kind === 'cell');
    })
  );
}

/** Nothing refers to the node or to what is in it, and nothing else defines it. */
function isUnused(node: LiveNode): boolean {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.isReferenced || next.isMerged || next.phandle !== 0) return false;
    for (const child of next.children) pending.push(child);
  }
  return true;
}
