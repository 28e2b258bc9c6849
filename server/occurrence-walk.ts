// One pass over a document that notes every name in it. References in values mean the finished
// tree and are looked up in the end; those of statements mean the tree as it is at that line.
import type {
  DtsIncbin,
  DtsItem,
  DtsLabel,
  DtsNode,
  DtsNodeItem,
  DtsProperty,
  DtsReference,
  DtsString,
  FdtNode,
  SourceFile,
  Span,
} from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import type {
  NamedCompatible,
  NamedLabel,
  NamedNode,
  NamedThing,
  Occurrence,
  OccurrenceIndex,
} from './occurrences.ts';

/** Notes everything that is named in a source. */
export function collectOccurrences(checked: CheckedSource): OccurrenceIndex {
  return new Collector(checked).collect();
}

type Item = DtsItem | DtsNodeItem;

interface Frame {
  readonly items: readonly Item[];
  readonly node: NamedNode;
  next: number;
}

class Collector {
  readonly #checked: CheckedSource;
  readonly #root: NamedNode = newNode('', undefined);
  readonly #labels = new Map<string, NamedLabel>();
  readonly #compatibles = new Map<string, NamedCompatible>();
  /** What labels that are not defined here stand for, and the root that an overlay is put into. */
  readonly #bases = new Map<string, NamedNode>();
  /** The node that has a label, as far as the pass is. */
  readonly #labelled = new Map<string, NamedNode>();
  readonly #nodeOf = new Map<FdtNode, NamedNode>();
  readonly #builtOf = new Map<NamedNode, FdtNode>();
  readonly #values: DtsReference[] = [];
  readonly #incbins: DtsIncbin[] = [];
  #sharedLabel: string | undefined;
  readonly #noted = new Map<SourceFile, Occurrence[]>();

  constructor(checked: CheckedSource) {
    this.#checked = checked;
  }

  collect(): OccurrenceIndex {
    const { document, compiled } = this.#checked;
    const frames: Frame[] = [{ items: document.items, node: this.#root, next: 0 }];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const item = frame.items[frame.next++];
      if (item === undefined) frames.pop();
      else {
        const inner = this.#item(item, frame.node, frames.length === 1);
        if (inner !== undefined) frames.push(inner);
      }
    }
    for (const reference of this.#values)
      this.#reference(reference, this.#root, (label) => {
        const built = compiled.resolve(label);
        return (built && this.#nodeOf.get(built)) ?? this.#labelled.get(label);
      });
    return {
      labels: this.#labels,
      builtOf: this.#builtOf,
      incbins: this.#incbins,
      sharedLabel: this.#sharedLabel,
      inSource: this.#sorted(),
    };
  }

  /** Notes what an item names; returns what is inside it, if anything. */
  #item(item: Item, parent: NamedNode, isTop: boolean): Frame | undefined {
    switch (item.kind) {
      case 'node':
        return { items: item.items, node: this.#definition(item, parent, isTop), next: 0 };
      case 'property':
        this.#property(item);
        return undefined;
      case 'delete-node':
        this.#labelAll(item.labels, undefined);
        if (item.target !== undefined) this.#statement(item.target);
        else if (item.name !== '') this.#note(child(parent, item.name), item.nameSpan, 'use');
        return undefined;
      case 'omit':
        this.#statement(item.target);
        return undefined;
      case 'delete-property':
      case 'memreserve':
        this.#labelAll(item.labels, undefined);
        return undefined;
      case 'version':
        return undefined;
    }
  }

  #definition(item: DtsNode, parent: NamedNode, isTop: boolean): NamedNode {
    const { target, name, nameSpan, labels } = item;
    const built = this.#checked.compiled.nodeOf(item);
    let node: NamedNode;
    if (target !== undefined) node = this.#target(target, built);
    else if (name !== '') node = child(parent, name);
    // A brace without a name is no node, but what is in it is named all the same.
    else node = isTop ? this.#root : newNode('', undefined);
    if (built !== undefined) {
      this.#nodeOf.set(built, node);
      this.#builtOf.set(node, built);
    }
    this.#labelAll(labels, node);
    if (target === undefined && (name !== '' || isTop)) this.#note(node, nameSpan, 'definition');
    return node;
  }

  /** The node that a definition by reference adds to. */
  #target(target: DtsReference, built: FdtNode | undefined): NamedNode {
    const isOfBase = built !== undefined && !this.#nodeOf.has(built);
    if (!isOfBase) {
      const named = this.#statement(target);
      return (built && this.#nodeOf.get(built)) ?? named;
    }
    // An overlay's node that is not of this tree; its label may yet turn out to be.
    if (target.text.startsWith('/')) return this.#reference(target, this.#base('/'), nowhere);
    this.#values.push(target);
    return this.#base(target.text);
  }

  #property(item: DtsProperty): void {
    const { labels, name, isPlain } = item;
    this.#labelAll(labels, undefined);
    // A plain value names nothing, unless it says what the node is.
    if (isPlain && name !== 'compatible') return;
    for (const value of item.values)
      switch (value.kind) {
        case 'label':
          this.#labelAll([value], undefined);
          break;
        case 'bytes':
          this.#labelAll(value.labels, undefined);
          break;
        case 'string':
          if (name === 'compatible') this.#compatible(value);
          break;
        case 'reference':
          this.#values.push(value);
          break;
        case 'incbin':
          this.#incbins.push(value);
          break;
        case 'cells':
          for (const item of value.items)
            if (item.kind === 'label') this.#labelAll([item], undefined);
            else if (item.kind === 'reference') this.#values.push(item);
      }
  }

  #compatible({ span, text }: DtsString): void {
    const { source, start, end } = span;
    const isClosed = end > start + 1 && source.text[end - 1] === '"';
    let thing = this.#compatibles.get(text);
    if (thing === undefined) {
      thing = { kind: 'compatible', name: text, occurrences: [] };
      this.#compatibles.set(text, thing);
    }
    this.#note(thing, { source, start: start + 1, end: isClosed ? end - 1 : end }, 'use');
  }

  #labelAll(labels: readonly DtsLabel[], node: NamedNode | undefined): void {
    for (const { name, span } of labels) {
      const label = this.#label(name);
      this.#note(label, span, 'definition');
      if (node === undefined) continue;
      node.labels.add(label);
      const other = this.#labelled.get(name);
      if (other !== undefined && other !== node) this.#sharedLabel ??= name;
      this.#labelled.set(name, node);
    }
  }

  #statement(target: DtsReference): NamedNode {
    return this.#reference(target, this.#root, (label) => this.#labelled.get(label));
  }

  /** Notes each name in a reference; returns the node that it comes to. */
  #reference(
    { span: { source, start }, text }: DtsReference,
    root: NamedNode,
    nodeWith: (label: string) => NamedNode | undefined,
  ): NamedNode {
    const textStart = start + (source.text[start + 1] === '{' ? 2 : 1);
    const note = (thing: NamedThing, at: number, length: number): void =>
      this.#note(thing, { source, start: textStart + at, end: textStart + at + length }, 'use');
    let node = root;
    if (text === '/') note(root, 0, 1);
    for (const { 0: name, index } of text.matchAll(/[^/]+/g)) {
      const isLabel = index === 0;
      node = isLabel ? (nodeWith(name) ?? this.#base(name)) : child(node, name);
      note(isLabel ? this.#label(name) : node, index, name.length);
    }
    return node;
  }

  #label(name: string): NamedLabel {
    let label = this.#labels.get(name);
    if (label === undefined) {
      label = { kind: 'label', name, occurrences: [] };
      this.#labels.set(name, label);
    }
    return label;
  }

  #base(name: string): NamedNode {
    let base = this.#bases.get(name);
    if (base === undefined) {
      base = newNode('', undefined);
      this.#bases.set(name, base);
    }
    return base;
  }

  #note(thing: NamedThing, span: Span, role: Occurrence['role']): void {
    const noted = this.#noted.get(span.source);
    if (noted === undefined) this.#noted.set(span.source, [{ thing, span, role }]);
    else noted.push({ thing, span, role });
  }

  /** By file and place; a file that is included twice names some things twice at one place. */
  #sorted(): ReadonlyMap<SourceFile, readonly Occurrence[]> {
    const sorted = new Map<SourceFile, Occurrence[]>();
    for (const source of this.#checked.document.sources) {
      const noted = this.#noted.get(source) ?? [];
      noted.sort((a, b) => a.span.start - b.span.start);
      const kept: Occurrence[] = [];
      const here = new Set<NamedThing>();
      for (const each of noted) {
        if (kept.at(-1)?.span.start !== each.span.start) here.clear();
        if (here.has(each.thing)) continue;
        here.add(each.thing);
        kept.push(each);
        each.thing.occurrences.push(each);
      }
      sorted.set(source, kept);
    }
    return sorted;
  }
}

const nowhere = (): undefined => undefined;

function newNode(name: string, parent: NamedNode | undefined): NamedNode {
  const labels = new Set<NamedLabel>();
  return { kind: 'node', name, parent, children: new Map(), labels, occurrences: [] };
}

function child(parent: NamedNode, name: string): NamedNode {
  let node = parent.children.get(name);
  if (node === undefined) {
    node = newNode(name, parent);
    parent.children.set(name, node);
  }
  return node;
}
