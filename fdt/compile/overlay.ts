// What an overlay carries for whoever applies it: which phandles to fill in, and where. Models the
// __symbols__, __fixups__ and __local_fixups__ nodes of dtc's overlay support.
import { putUint } from '../cells.ts';
import type { IssueList } from '../issue-list.ts';
import { generatedProperty, LiveNode } from './live-tree.ts';

/** A phandle of a value that has to be adjusted when the overlay is applied. */
interface Fixup {
  readonly node: LiveNode;
  readonly property: string;
  readonly offset: number;
  readonly reference: string;
}

/** Adds `__symbols__` to the root: the path of every node that has a label, by label. */
export function addSymbols(
  nodes: readonly LiveNode[],
  root: LiveNode,
  phandleOf: (node: LiveNode) => number,
): void {
  if (!nodes.some((node) => node.labelList.all.length > 0)) return;
  const symbols = childOrNew(root, '__symbols__');
  const taken = new Set(symbols.properties.map((property) => property.name));
  for (const node of nodes) {
    if (node.labelList.all.length === 0) continue;
    for (const name of node.labelList.namesAsListed()) {
      if (taken.has(name)) continue;
      taken.add(name);
      const value = asciiBytes(`${node.path}\0`);
      symbols.addProperty(generatedProperty(name, value));
    }
    phandleOf(node);
  }
}

/** Adds `__fixups__` and `__local_fixups__` to the root, if there is anything to say in them. */
export function addFixups(
  nodes: readonly LiveNode[],
  root: LiveNode,
  resolve: (reference: string) => LiveNode | undefined,
  issues: IssueList,
): void {
  const local: Fixup[] = [];
  const external: Fixup[] = [];
  for (const node of nodes) {
    for (const { name, isDeleted, phandleUses, syntax } of node.properties) {
      if (isDeleted) continue;
      for (const { offset, reference } of phandleUses) {
        const fixup = { node, property: name, offset, reference };
        if (resolve(reference) !== undefined) local.push(fixup);
        else if (!reference.includes('/')) external.push(fixup);
        else {
          const message = `an overlay cannot refer to '${reference}' of its base: only to labels`;
          const span = syntax?.nameSpan;
          issues.add('bad-overlay', { message, ...(span === undefined ? {} : { span }) });
        }
      }
    }
  }
  if (external.length > 0) addExternal(external, childOrNew(root, '__fixups__'));
  if (local.length > 0) addLocal(local, childOrNew(root, '__local_fixups__'));
}

function addExternal(fixups: readonly Fixup[], target: LiveNode): void {
  const texts = new Map<string, string[]>();
  for (const { node, property, offset, reference } of fixups) {
    const known = texts.get(reference);
    const text = `${node.path}:${property}:${offset}\0`;
    if (known === undefined) texts.set(reference, [text]);
    else known.push(text);
  }
  const values = new Map<string, Uint8Array>();
  for (const [reference, added] of texts) values.set(reference, asciiBytes(added.join('')));
  append(target, values);
}

function addLocal(fixups: readonly Fixup[], target: LiveNode): void {
  const offsetsOf = new Map<LiveNode, Map<string, number[]>>();
  for (const { node, property, offset } of fixups) {
    const properties = offsetsOf.get(node) ?? new Map<string, number[]>();
    offsetsOf.set(node, properties);
    const offsets = properties.get(property);
    if (offsets === undefined) properties.set(property, [offset]);
    else offsets.push(offset);
  }
  const mirrors = new Mirrors(target);
  for (const [node, properties] of offsetsOf) {
    const values = new Map<string, Uint8Array>();
    for (const [name, offsets] of properties) {
      const cells = new Uint8Array(offsets.length * 4);
      for (const [i, offset] of offsets.entries()) putUint(cells, i * 4, BigInt(offset), 32, 'big');
      values.set(name, cells);
    }
    append(mirrors.of(node), values);
  }
}

/** Appends to properties. What the source wrote there itself stays in front, as in dtc 1.6. */
function append(node: LiveNode, values: ReadonlyMap<string, Uint8Array>): void {
  const own = new Map(node.properties.map((property) => [property.name, property]));
  for (const [name, added] of values) {
    const known = own.get(name);
    if (known === undefined) {
      node.addProperty(generatedProperty(name, added));
      continue;
    }
    const value = new Uint8Array(known.value.length + added.length);
    value.set(known.value);
    value.set(added, known.value.length);
    known.value = value;
  }
}

/** Nodes below `__local_fixups__` by the nodes whose names lead to them. */
class Mirrors {
  readonly #target: LiveNode;
  readonly #known = new Map<LiveNode, LiveNode>();
  readonly #children = new Map<LiveNode, Map<string, LiveNode>>();

  constructor(target: LiveNode) {
    this.#target = target;
  }

  of(node: LiveNode): LiveNode {
    const above: LiveNode[] = [];
    let at: LiveNode | undefined = node;
    for (; at?.parent !== undefined && !this.#known.has(at); at = at.parent) above.push(at);
    let mirror = (at && this.#known.get(at)) ?? this.#target;
    for (const next of above.reverse()) {
      mirror = this.#child(mirror, next.name);
      this.#known.set(next, mirror);
    }
    return mirror;
  }

  #child(parent: LiveNode, name: string): LiveNode {
    let children = this.#children.get(parent);
    if (children === undefined) {
      children = new Map();
      for (const child of parent.children) {
        if (!children.has(child.name)) children.set(child.name, child);
      }
      this.#children.set(parent, children);
    }
    const child = children.get(name) ?? newChild(parent, name);
    children.set(name, child);
    return child;
  }
}

function childOrNew(parent: LiveNode, name: string): LiveNode {
  return parent.children.find((child) => child.name === name) ?? newChild(parent, name);
}

function newChild(parent: LiveNode, name: string): LiveNode {
  const node = new LiveNode(name, parent, undefined);
  parent.addChild(node);
  return node;
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
