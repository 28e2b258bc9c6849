// What a reference means: `&label`, `&{/path}`, `&{label/path}`.
import type { LiveNode } from './live-tree.ts';

/** Finds nodes by reference while labels come and go. */
export class ReferenceTable {
  /** Something was asked for. */
  isUsed = false;
  readonly #root: LiveNode;
  readonly #labelled = new Map<string, Set<LiveNode>>();
  readonly #firstOf = new Map<string, LiveNode | undefined>();

  constructor(root: LiveNode) {
    this.#root = root;
  }

  /** Must be called whenever a node gets a label, new or again. */
  noteLabel(label: string, node: LiveNode): void {
    const nodes = this.#labelled.get(label);
    if (nodes === undefined) this.#labelled.set(label, new Set([node]));
    else nodes.add(node);
    this.#firstOf.delete(label);
  }

  /** Must be called whenever nodes were deleted. */
  noteDeletion(): void {
    this.#firstOf.clear();
  }

  /** The node that `text` refers to (without `&` and braces). */
  resolve(text: string): LiveNode | undefined {
    this.isUsed = true;
    if (text.startsWith('/')) return text === '/' ? this.#root : this.#byPath(this.#root, text);
    const slash = text.indexOf('/');
    if (slash < 0) return this.#byLabel(text);
    const start = this.#byLabel(text.slice(0, slash));
    return start && this.#byPath(start, text.slice(slash + 1));
  }

  /** Where several nodes have the label, which is an error, the first in document order. */
  #byLabel(label: string): LiveNode | undefined {
    if (this.#firstOf.has(label)) return this.#firstOf.get(label);
    let first: LiveNode | undefined;
    for (const node of this.#labelled.get(label) ?? []) {
      const isLive = !node.isDeleted && node.labelList.has(label);
      if (isLive && (first === undefined || precedes(node, first))) first = node;
    }
    this.#firstOf.set(label, first);
    return first;
  }

  #byPath(start: LiveNode, path: string): LiveNode | undefined {
    let node: LiveNode | undefined = start;
    let rest = path;
    while (rest !== '' && node !== undefined) {
      rest = rest.replace(/^\/+/, '');
      const slash = rest.indexOf('/');
      node = node.child(slash < 0 ? rest : rest.slice(0, slash));
      rest = slash < 0 ? '' : rest.slice(slash + 1);
    }
    return node?.isDeleted ? undefined : node;
  }
}

/** True if `a` comes before `b` in document order. */
function precedes(a: LiveNode, b: LiveNode): boolean {
  const pathA = ancestors(a);
  const pathB = ancestors(b);
  for (let i = 0; i < pathA.length && i < pathB.length; i++) {
    const one = (pathA[i] as LiveNode).index;
    const other = (pathB[i] as LiveNode).index;
    if (one !== other) return one < other;
  }
  return pathA.length < pathB.length;
}

function ancestors(node: LiveNode): LiveNode[] {
  const path: LiveNode[] = [];
  for (let at: LiveNode | undefined = node; at !== undefined; at = at.parent) path.push(at);
  return path.reverse();
}
