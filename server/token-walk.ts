// One pass over a document that finds the tokens of everything with a meaning in the tree.
import type {
  DtsItem,
  DtsLabel,
  DtsNode,
  DtsNodeItem,
  DtsProperty,
  DtsReference,
  DtsString,
  FdtNode,
  FdtProperty,
  Span,
} from '../fdt/index.ts';
import {
  type CheckedSource,
  type Describer,
  type PropertySchema,
  propertySchema,
  tupleBytes,
} from '../kho/index.ts';

/** Indices of types in the legend. */
const CLASS = 0;
const PROPERTY = 1;
const VARIABLE = 2;
const TYPE = 3;
const NUMBER = 4;

/** Bits of modifiers in the legend. */
const DECLARATION = 1;
const DEFAULT_LIBRARY = 2;
const STATIC = 4;

/** Who takes the tokens, and says which are of use. */
export interface TokenTaker {
  /** Whether any of `span` is asked for. */
  readonly has: (span: Span) => boolean;
  /** Whether something inside of `span`, be it from another file, may be asked for. */
  readonly mayHold: (span: Span) => boolean;
  readonly isFull: () => boolean;
  readonly add: (start: number, end: number, type: number, modifiers: number) => void;
}

/** Gives `taker` the tokens that it asks for, in about the order of the text. */
export function walkTokens(checked: CheckedSource, taker: TokenTaker): void {
  new TokenWalk(checked, taker).walk();
}

/** The items of a node, or of the document, and how far the pass is in them. */
interface Frame {
  readonly items: readonly (DtsItem | DtsNodeItem)[];
  readonly node: FdtNode | undefined;
  next: number;
}

class TokenWalk {
  readonly #checked: CheckedSource;
  readonly #taker: TokenTaker;
  readonly #describer: Describer;
  readonly #isKnown = new Map<string, boolean>();
  /** Of the node that was asked last: one with many properties is not searched for each of them. */
  #propertiesOf: FdtNode | undefined;
  /** By where their definitions start. */
  #properties = new Map<number, FdtProperty>();

  constructor(checked: CheckedSource, taker: TokenTaker) {
    this.#checked = checked;
    this.#describer = checked.bindings.describer();
    this.#taker = taker;
  }

  walk(): void {
    const { document } = this.#checked;
    // A stack of our own: sources may nest deeper than calls.
    const frames: Frame[] = [{ items: document.items, node: undefined, next: 0 }];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const item = frame.items[frame.next++];
      if (this.#taker.isFull()) return;
      if (item === undefined) frames.pop();
      else if (item.kind === 'node') {
        const node = this.#checked.compiled.nodeOf(item);
        this.#definition(item, node);
        if (this.#isEnteredFor(item)) frames.push({ items: item.items, node, next: 0 });
      } else this.#item(item, frame.node);
    }
  }

  /** Of a node that ends in another file than it starts in, only its start is known. */
  #isEnteredFor({ whole, nameSpan, items }: DtsNode): boolean {
    if (items.length === 0) return false;
    return whole.end === nameSpan.end || this.#taker.mayHold(whole);
  }

  #item(item: Exclude<DtsItem | DtsNodeItem, DtsNode>, node: FdtNode | undefined): void {
    switch (item.kind) {
      case 'property':
        this.#property(item, node);
        break;
      case 'delete-node':
        this.#labels(item.labels);
        if (item.target !== undefined) this.#reference(item.target);
        break;
      case 'omit':
        this.#reference(item.target);
        break;
      case 'delete-property':
      case 'memreserve':
        this.#labels(item.labels);
        break;
      case 'version':
        break;
    }
  }

  #definition({ labels, nameSpan, target, name }: DtsNode, node: FdtNode | undefined): void {
    this.#labels(labels);
    if (node === undefined || !this.#taker.has(nameSpan)) return;
    if (target !== undefined) {
      this.#name(target, VARIABLE, 0);
      return;
    }
    const { start, end } = nameSpan;
    const at = name.indexOf('@');
    const modifiers =
      DECLARATION | (this.#describer.describe(node) === undefined ? 0 : DEFAULT_LIBRARY);
    this.#taker.add(start, at < 0 ? end : start + at, CLASS, modifiers);
  }

  #labels(labels: readonly DtsLabel[]): void {
    for (const { span } of labels)
      if (this.#taker.has(span)) this.#taker.add(span.start, span.end, VARIABLE, DECLARATION);
  }

  #reference(reference: DtsReference): void {
    if (!this.#taker.has(reference.span)) return;
    if (this.#checked.compiled.resolve(reference.text) !== undefined)
      this.#name(reference, VARIABLE, 0);
  }

  /** What a reference says, without the ampersand and the braces. */
  #name({ span: { source, start, end }, text }: DtsReference, type: number, modifiers: number) {
    const textStart = start + (source.text[start + 1] === '{' ? 2 : 1);
    this.#taker.add(textStart, Math.min(end, textStart + text.length), type, modifiers);
  }

  #property(item: DtsProperty, node: FdtNode | undefined): void {
    const { labels, name, nameSpan, whole } = item;
    this.#labels(labels);
    if (!this.#taker.mayHold(whole)) return;
    // Without a node nothing is known of what is in it, but labels and references mean the same.
    const schema = node === undefined ? undefined : this.#schemaOf(node, name);
    if (node !== undefined && name !== 'compatible' && this.#taker.has(nameSpan)) {
      const modifiers = schema === undefined ? 0 : DEFAULT_LIBRARY;
      this.#taker.add(nameSpan.start, nameSpan.end, PROPERTY, modifiers);
    }
    // What a plain value holds is no name, unless it says what the node is.
    for (const value of item.isPlain && name !== 'compatible' ? NO_VALUES : item.values)
      if (value.kind === 'label') this.#labels([value]);
      else if (value.kind === 'bytes') this.#labels(value.labels);
      else if (value.kind === 'reference') this.#reference(value);
      else if (value.kind === 'string' && name === 'compatible') this.#compatible(value);
      else if (value.kind === 'cells')
        for (const cell of value.items)
          if (cell.kind === 'label') this.#labels([cell]);
          else if (cell.kind === 'reference') this.#reference(cell);
    if (node !== undefined && schema !== undefined) this.#addresses(whole, node, schema);
  }

  #compatible({ span, text }: DtsString): void {
    if (!this.#taker.has(span)) return;
    const { source, start, end } = span;
    const isClosed = end > start + 1 && source.text[end - 1] === '"';
    let isKnown = this.#isKnown.get(text);
    if (isKnown === undefined) {
      isKnown = this.#checked.bindings.withCompatible(text).length > 0;
      this.#isKnown.set(text, isKnown);
    }
    this.#taker.add(start + 1, isClosed ? end - 1 : end, TYPE, isKnown ? DEFAULT_LIBRARY : 0);
  }

  /** Cells that hold a whole element of which the binding says that it is a physical address. */
  #addresses(whole: Span, node: FdtNode, { type }: PropertySchema): void {
    if (type.kind !== 'cells' || !type.elements.some(({ phys }) => phys !== undefined)) return;
    // A property that is given again has the value of the last one.
    const property = this.#propertyAt(node, whole);
    if (property === undefined) return;
    const bytesAt = new Map<number, number>();
    let at = 0;
    for (const { bits, phys } of type.elements) {
      if (phys !== undefined) bytesAt.set(at, bits / 8);
      at += bits / 8;
    }
    const size = tupleBytes(type);
    for (const { kind, offset, lengthBytes, span } of property.pieces) {
      const isAddress = kind === 'cell' && bytesAt.get(offset % size) === lengthBytes;
      // The grammar knows the parts of an expression, and a reference has its own colour.
      if (isAddress && this.#taker.has(span) && isNumber(span))
        this.#taker.add(span.start, span.end, NUMBER, STATIC);
    }
  }

  #propertyAt(node: FdtNode, whole: Span): FdtProperty | undefined {
    if (this.#propertiesOf !== node) {
      this.#propertiesOf = node;
      this.#properties = new Map();
      for (const property of node.properties)
        if (property.whole !== undefined) this.#properties.set(property.whole.start, property);
    }
    const property = this.#properties.get(whole.start);
    return property?.whole?.source === whole.source ? property : undefined;
  }

  #schemaOf(node: FdtNode, name: string): PropertySchema | undefined {
    const described = this.#describer.describe(node);
    return described && propertySchema(described.schema, name);
  }
}

const NO_VALUES: DtsProperty['values'] = [];

function isNumber({ source, start }: Span): boolean {
  const unit = source.text.charCodeAt(start);
  return unit >= 0x30 && unit <= 0x39;
}
