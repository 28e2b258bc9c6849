// What an overlay carries for whoever applies it: which phandles to fill in, and where. Models the
// __symbols__, __fixups__ and __local_fixups__ nodes of dtc's overlay support.
import { getUint, putUint } from '../cells.ts';
import type { IssueList } from '../issue-list.ts';
import { propertyOf } from '../tree.ts';
import type { Building, BuildingNode, LiveNode } from './live-tree.ts';

/** A phandle of a value that has to be adjusted when the overlay is applied. */
interface Fixup {
  readonly node: BuildingNode;
  readonly property: string;
  readonly offset: number;
  readonly reference: string;
}

/** Adds `__symbols__` to the root: the path of every node that has a label, by label. */
export function addSymbols(
  nodes: readonly LiveNode[],
  root: BuildingNode,
  phandleOf: (node: LiveNode) => number,
): void {
  if (!nodes.some((node) => node.labels.length > 0)) return;
  const symbols = childOrNew(root, '__symbols__');
  const taken = new Set(symbols.properties.map((property) => property.name));
  for (const node of nodes) {
    if (node.labels.length === 0) continue;
    for (const label of node.labels) {
      if (label.isDeleted || taken.has(label.name)) continue;
      taken.add(label.name);
      const value = asciiBytes(`${node.built.path}\0`);
      symbols.properties.push({ name: label.name, value, pieces: [] });
    }
    phandleOf(node);
  }
}

/** Adds `__fixups__` and `__local_fixups__` to the root, if there is anything to say in them. */
export function addFixups(
  nodes: readonly LiveNode[],
  root: BuildingNode,
  resolve: (reference: string) => LiveNode | undefined,
  issues: IssueList,
): void {
  const local: Fixup[] = [];
  const external: Fixup[] = [];
  for (const node of nodes) {
    for (const { name, isDeleted, phandleUses, syntax } of node.properties) {
      if (isDeleted) continue;
      for (const { offset, reference } of phandleUses) {
        const fixup = { node: node.built, property: name, offset, reference };
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

function addExternal(fixups: readonly Fixup[], target: BuildingNode): void {
  const texts = new Map<string, string[]>();
  for (const { node, property, offset, reference } of fixups) {
    const known = texts.get(reference);
    const text = `${node.path}:${property}:${offset}\0`;
    if (known === undefined) texts.set(reference, [text]);
    else known.push(text);
  }
  for (const [reference, added] of texts) {
    appendUnique(target, reference, added.map(asciiBytes), (value, wanted) => {
      return stringEndsIn(value, wanted);
    });
  }
}

function addLocal(fixups: readonly Fixup[], target: BuildingNode): void {
  const mirrors = new Map<BuildingNode, BuildingNode>();
  for (const { node, property, offset } of fixups) {
    let mirror = mirrors.get(node);
    if (mirror === undefined) {
      mirror = target;
      for (const name of node.path.split('/').slice(1)) {
        if (name !== '') mirror = childOrNew(mirror, name);
      }
      mirrors.set(node, mirror);
    }
    const cell = new Uint8Array(4);
    putUint(cell, 0, BigInt(offset), 32, 'big');
    appendUnique(mirror, property, [cell], hasCell);
  }
}

/** Appends to the property `name`, without what is there already as the source wrote it. */
function appendUnique(
  node: BuildingNode,
  name: string,
  added: readonly Uint8Array[],
  has: (value: Uint8Array, wanted: Uint8Array) => boolean,
): void {
  let property = propertyOf(node, name) as Building<BuildingNode['properties'][number]> | undefined;
  if (property === undefined) {
    property = { name, value: new Uint8Array(0), pieces: [] };
    node.properties.push(property);
  }
  const before = property.value;
  const parts = added.filter((part) => !has(before, part));
  const size = parts.reduce((sum, part) => sum + part.length, before.length);
  const value = new Uint8Array(size);
  value.set(before);
  let offset = before.length;
  for (const part of parts) {
    value.set(part, offset);
    offset += part.length;
  }
  property.value = value;
}

function hasCell(value: Uint8Array, wanted: Uint8Array): boolean {
  const number = getUint(wanted, 0, 32, 'big');
  for (let at = 0; at + 4 <= value.length; at += 4) {
    if (getUint(value, at, 32, 'big') === number) return true;
  }
  return false;
}

/** True if `wanted`, which ends in NUL, is one of the strings of `value`. */
function stringEndsIn(value: Uint8Array, wanted: Uint8Array): boolean {
  for (let start = 0; start < value.length; ) {
    let end = value.indexOf(0, start);
    if (end < 0) end = value.length;
    const isSame = end + 1 - start === wanted.length;
    if (isSame && wanted.every((byte, i) => byte === 0 || byte === value[start + i])) return true;
    start = end + 1;
  }
  return false;
}

function childOrNew(parent: BuildingNode, name: string): BuildingNode {
  const known = parent.children.find((child) => child.name === name);
  if (known !== undefined) return known as BuildingNode;
  const path = parent.path === '/' ? `/${name}` : `${parent.path}/${name}`;
  const node: BuildingNode = { name, path, parent, properties: [], children: [], labels: [] };
  parent.children.push(node);
  return node;
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
