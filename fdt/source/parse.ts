import type { Issue, Outcome } from '../issue.ts';
import { IssueList } from '../issue-list.ts';
import { NODE_DEPTH_LIMIT, TREE_ITEM_LIMIT } from '../limits.ts';
import { hashed, NameTable } from '../names.ts';
import type { SourceFile, Span } from '../text.ts';
import { isLabelStart, isNameUnit } from './characters.ts';
import { ParsedDocument } from './document.ts';
import { NodeSyntax, PropertySyntax } from './items.ts';
import { PlaceTable } from './place-table.ts';
import { PlainValueReader, shapeOf } from './plain-value.ts';
import { recover, skipBlock } from './recovery.ts';
import { Scanner } from './scanner.ts';
import type {
  DtsDocument,
  DtsItem,
  DtsLabel,
  DtsNodeItem,
  DtsReference,
  DtsValue,
  DtsVersion,
  SourceHost,
} from './syntax.ts';
import { ValueScanner } from './values.ts';

export interface ParseOptions {
  /** Reads included files; without it, including one is an issue. */
  readonly host?: SourceHost;
  /** Accept what `dtc` accepts and no more: no fragments, and `/dts-v1/;` is required. */
  readonly dtcOnly?: boolean;
}

/**
 * Parses DTS (Devicetree Specification, chapter 6) with everything that it includes. Any text
 * gives a document: what is broken is reported, left out, and the rest is understood. What names
 * and references mean is for `compileDts`.
 */
export function parseDts(source: SourceFile, options: ParseOptions = {}): Outcome<DtsDocument> {
  return new Parser(source, options).parse();
}

/** What may still come at the top level: headers, then memory reservations, then nodes. */
type Section = 'headers' | 'reservations' | 'nodes';

const NO_LABELS: readonly DtsLabel[] = [];

/** Where and with what to start reading inside a document. */
export interface ParseStart {
  readonly offset: number;
  readonly names: NameTable;
  readonly places: PlaceTable;
}

/** Reads a document, or items of a node of one. Used once. */
export class Parser {
  readonly #issues = new IssueList();
  readonly #scanner: Scanner;
  readonly #values: ValueScanner;
  readonly #options: ParseOptions;
  readonly #items: DtsItem[] = [];
  readonly #names: NameTable;
  readonly #plain = new PlainValueReader();
  readonly #places: PlaceTable;
  readonly #otherPlaces = new Map<SourceFile, PlaceTable>();
  readonly #open: NodeSyntax[] = [];
  /** Items of the open nodes, those of the innermost last. */
  readonly #inside: DtsNodeItem[] = [];
  /** Where in these the items of each open node begin. */
  readonly #begins: number[] = [];
  #labels: DtsLabel[] = [];
  #isOmitted = false;
  #section: Section = 'headers';
  #firstVersion: DtsVersion | undefined;
  #firstRoot: Span | undefined;
  #firstNamed: Span | undefined;
  #count = 0;
  /** Something begins in one file and ends in another, or has another file in its middle. */
  #isSpread = false;

  constructor(source: SourceFile, options: ParseOptions, start?: ParseStart) {
    this.#options = options;
    this.#names = start?.names ?? new NameTable();
    this.#places = start?.places ?? new PlaceTable(source);
    this.#scanner = new Scanner(source, options.host, this.#issues, start?.offset);
    this.#values = new ValueScanner(this.#scanner, this.#issues);
  }

  parse(): Outcome<DtsDocument> {
    const scanner = this.#scanner;
    for (;;) {
      const unit = scanner.skip();
      if (unit < 0) break;
      this.#step(unit);
    }
    this.#strayLabels();
    const isClosed = this.#open.length === 0;
    while (this.#open.length > 0) {
      const { nameSpan, name, target } = this.#open[this.#open.length - 1] as NodeSyntax;
      const called = target?.text ?? (name === '' ? '/' : name);
      this.#issues.add('syntax-error', {
        span: scanner.spanOfGap(),
        message: `'}' is missing at the end of the file`,
        related: [{ span: nameSpan, message: `'${called}' is not closed` }],
      });
      this.#closeNode();
    }
    this.#checkHeader();
    return { value: this.#document(isClosed), issues: this.#issues.issues };
  }

  /**
   * Reads items of the last of `open`, which are a node and what it stands in, the outermost first,
   * until `isEnd` is true of an offset between two items, or of the brace that closes the node.
   * Undefined if no such place comes: then what was read means nothing.
   */
  readInside(
    open: readonly NodeSyntax[],
    isEnd: (offset: number) => boolean,
  ): DtsNodeItem[] | undefined {
    const scanner = this.#scanner;
    this.#section = 'nodes';
    for (const node of open) {
      this.#open.push(node);
      this.#begins.push(0);
    }
    const isCut = (): boolean => this.#labels.length === 0 && !this.#isOmitted;
    while (!this.isUnsteady) {
      const isInNode = this.#open.length === open.length;
      const { offset, text } = scanner;
      if (isInNode && isCut() && text.charCodeAt(offset - 1) === 0x3b && isEnd(offset))
        return this.#inside;
      const unit = scanner.skip();
      if (unit < 0 || scanner.includes.length > 0) return undefined;
      if (isInNode && unit === 0x7d)
        return isCut() && isEnd(scanner.offset) ? this.#inside : undefined;
      this.#step(unit);
    }
    return undefined;
  }

  /** What was read may mean something else as soon as what stands after it changes. */
  get isUnsteady(): boolean {
    return this.#isSpread || this.#scanner.looksFar;
  }

  /** What was reported while reading. */
  get issues(): readonly Issue[] {
    return this.#issues.issues;
  }

  get count(): number {
    return this.#count;
  }

  get cells(): number {
    return this.#values.cells;
  }

  #step(unit: number): void {
    const label = isLabelStart(unit) ? this.#values.label() : undefined;
    if (label !== undefined) this.#labels.push(label);
    else if (this.#open.length > 0) this.#nodeItem(unit);
    else this.#topItem(unit);
  }

  #document(isClosed: boolean): ParsedDocument {
    const { sources, includes } = this.#scanner;
    const isFull = this.#issues.issues.some(({ rule }) => rule === 'limit-exceeded');
    const about = {
      source: sources[0] as SourceFile,
      sources,
      includes,
      isFragment: this.#firstNamed !== undefined && this.#firstRoot === undefined,
      isPlugin: this.#firstVersion?.isPlugin ?? false,
      items: this.#items,
      host: this.#options.host,
    };
    return new ParsedDocument(about, {
      names: this.#names,
      places: this.#places,
      count: this.#count,
      cells: this.#values.cells,
      isSteady: isClosed && !isFull && !this.isUnsteady,
    });
  }

  #checkHeader(): void {
    const top = this.#scanner.sources[0] as SourceFile;
    const start = { source: top, start: 0, end: 0 };
    const named = this.#firstNamed;
    const needsRoot =
      this.#options.dtcOnly === true ||
      this.#firstVersion !== undefined ||
      this.#firstRoot !== undefined;
    if (named !== undefined && needsRoot) {
      this.#error(named, 'a node with a name must stand in a node', 'put it inside / { … };');
    } else if (this.#firstVersion === undefined && named === undefined) {
      const severity = this.#options.dtcOnly === true ? 'error' : 'warning';
      const message = '/dts-v1/; is missing';
      const edits = [{ span: start, text: '/dts-v1/;\n\n' }];
      const fixes = [{ title: 'Insert /dts-v1/;', edits, isObvious: true }];
      const span = this.#firstRoot ?? start;
      this.#issues.add('missing-version', { span, severity, message, fixes });
    }
    if (!this.#items.some((item) => item.kind === 'node')) {
      this.#error(this.#scanner.spanOfGap(), 'the file has no node');
    }
  }

  #topItem(unit: number): void {
    const scanner = this.#scanner;
    if (unit === 0x2f) this.#topSlash();
    else if (unit === 0x26) this.#topReference();
    else if (isNameUnit(unit) || unit === 0x5c) {
      this.#section = 'nodes';
      this.#named();
    } else if (unit === 0x7d) {
      this.#error(this.#here(), `'}' closes nothing`);
      scanner.offset++;
      if (scanner.skip() === 0x3b) scanner.offset++;
    } else {
      this.#error(this.#here(), `unexpected '${String.fromCharCode(unit)}'`);
      this.#recover();
    }
  }

  #topSlash(): void {
    const scanner = this.#scanner;
    const keyword = this.#keyword();
    const { span } = keyword;
    switch (keyword.text) {
      case '/dts-v1/':
        this.#version(span);
        return;
      case '/memreserve/':
        this.#memreserve(span);
        return;
      case '/delete-node/':
      case '/omit-if-no-ref/':
        this.#topDirective(span, keyword.text);
        return;
      case '/plugin/':
        this.#error(span, '/plugin/ must follow /dts-v1/;');
        this.#semicolon();
        return;
      case '/':
        if (scanner.skip() === 0x7b) {
          this.#section = 'nodes';
          this.#firstRoot ??= span;
          if (this.#labels.length > 0) {
            const label = this.#labels[0] as DtsLabel;
            this.#error(
              label.span,
              'the root cannot have a label here',
              'write label: &{/} { … };',
            );
          }
          this.#openNode('', span, undefined);
          return;
        }
        this.#error(span, `'{' is missing after '/'`);
        this.#recover();
        return;
      default:
        this.#unknownKeyword(keyword.text, span);
    }
  }

  #version(keyword: Span): void {
    const scanner = this.#scanner;
    this.#strayLabels();
    if (this.#section !== 'headers') this.#error(keyword, '/dts-v1/ must come first');
    this.#semicolon();
    let isPlugin = false;
    if (scanner.skip() === 0x2f && scanner.startsWith('/plugin/')) {
      this.#keyword();
      this.#semicolon();
      isPlugin = true;
    }
    const version: DtsVersion = { kind: 'version', span: this.#since(keyword), isPlugin };
    this.#firstVersion ??= version;
    if (this.#firstVersion.isPlugin !== isPlugin) {
      this.#error(keyword, 'one /dts-v1/ has /plugin/ and another has not');
    }
    this.#items.push(version);
  }

  #memreserve(keyword: Span): void {
    if (this.#section === 'nodes') {
      this.#error(keyword, '/memreserve/ must come before the first node');
    } else this.#section = 'reservations';
    const labels = this.#takeLabels();
    const address = this.#values.integer('the address');
    const size = address && this.#values.integer('the size');
    if (address !== undefined && size !== undefined) {
      const span = this.#since(keyword);
      const item = { address: address.value, sizeBytes: size.value };
      this.#items.push({ kind: 'memreserve', span, labels, ...item });
      this.#semicolon();
    } else this.#recover();
  }

  #topDirective(keyword: Span, text: '/delete-node/' | '/omit-if-no-ref/'): void {
    this.#section = 'nodes';
    this.#strayLabels();
    const target = this.#scanner.skip() === 0x26 ? this.#values.reference() : undefined;
    if (target === undefined) {
      this.#error(this.#scanner.spanOfGap(), `${text} must be followed by a reference here`);
      this.#recover();
      return;
    }
    const span = this.#since(keyword);
    if (text === '/omit-if-no-ref/') this.#items.push({ kind: 'omit', span, target });
    else {
      const about = { labels: [], name: '', nameSpan: target.span, target };
      this.#items.push({ kind: 'delete-node', span, ...about });
    }
    this.#semicolon();
  }

  #topReference(): void {
    this.#section = 'nodes';
    const reference = this.#values.reference();
    if (reference === undefined) this.#recover();
    else if (this.#scanner.skip() === 0x7b) {
      const second = this.#labels[1];
      if (second !== undefined)
        this.#error(second.span, 'only one label may stand before a reference');
      this.#openNode('', reference.span, reference);
    } else {
      this.#error(this.#scanner.spanOfGap(), `'{' is missing after the reference`);
      this.#recover();
    }
  }

  #nodeItem(unit: number): void {
    const scanner = this.#scanner;
    if (unit === 0x7d) {
      this.#strayLabels();
      scanner.offset++;
      const node = this.#closeNode();
      this.#semicolon();
      node.itemEnd = this.#terminatedAt(node.endSource);
    } else if (unit === 0x2f) this.#nodeDirective();
    else if (isNameUnit(unit) || unit === 0x5c) this.#named();
    else if (unit === 0x26) {
      const reference = this.#values.reference();
      if (reference === undefined || scanner.skip() !== 0x7b) {
        this.#error(reference?.span ?? this.#here(), 'a reference cannot stand here');
        this.#recover();
        return;
      }
      const help = 'move it out of this node, to the end of the file';
      this.#error(reference.span, 'a node cannot be referred to inside another node', help);
      this.#openNode('', reference.span, reference);
    } else {
      this.#error(this.#here(), `unexpected '${String.fromCharCode(unit)}'`);
      if (unit === 0x7b) this.#openNode('', this.#here(), undefined);
      else this.#recover();
    }
  }

  #nodeDirective(): void {
    const keyword = this.#keyword();
    const { text, span } = keyword;
    if (text === '/omit-if-no-ref/') {
      this.#isOmitted = true;
      return;
    }
    if (text !== '/delete-node/' && text !== '/delete-property/') {
      this.#unknownKeyword(text, span);
      return;
    }
    this.#scanner.skip();
    const { source, offset: start } = this.#scanner;
    const name = this.#name();
    if (name === undefined) {
      const help =
        this.#scanner.peek(0) === 0x26 ? 'a reference is deleted at the top level' : undefined;
      this.#error(this.#scanner.spanOfGap(), `a name must follow ${text}`, help);
      this.#recover();
      return;
    }
    const about = {
      labels: this.#takeLabels(),
      name,
      nameSpan: this.#since({ source, start, end: start }),
    };
    if (text === '/delete-node/') {
      this.#add({ kind: 'delete-node', span: this.#since(span), target: undefined, ...about });
    } else this.#add({ kind: 'delete-property', span: this.#since(span), ...about });
    this.#isOmitted = false;
    this.#semicolon();
  }

  /** A property or a node, which both start with a name. */
  #named(): void {
    const scanner = this.#scanner;
    if (this.#isPreprocessorLine()) return;
    const { source, offset: start } = scanner;
    const name = this.#name();
    if (name === undefined) {
      this.#error(this.#here(), `unexpected '\\'`);
      scanner.offset++;
      return;
    }
    const end = scanner.offset;
    const unit = scanner.skip();
    if (unit === 0x7b) {
      const span = { source, start, end };
      if (this.#open.length === 0) this.#firstNamed ??= span;
      this.#openNode(name, span, undefined);
    } else if (unit === 0x3d || unit === 0x3b) this.#property(name, source, start, end);
    else {
      const message = `'=', ';' or '{' is missing after '${name}'`;
      this.#error(scanner.spanOfGap(), message);
      this.#takeLabels();
      this.#isOmitted = false;
      if (!scanner.isOnNewLine) this.#recover();
    }
  }

  /** The scanner is at the `=` or the `;` after the name. */
  #property(name: string, source: SourceFile, nameStart: number, nameEnd: number): void {
    const scanner = this.#scanner;
    const labels = this.#takeLabels();
    if (this.#isOmitted) {
      const span = { source, start: nameStart, end: nameEnd };
      this.#error(span, '/omit-if-no-ref/ must be followed by a node');
    }
    this.#isOmitted = false;
    const hasValue = scanner.peek(0) === 0x3d;
    if (hasValue) scanner.offset++;
    const valueStart = hasValue ? scanner.offset : -1;
    const plain = this.#plain;
    const plainEnd = hasValue ? plain.end(scanner.text, valueStart) : scanner.offset;
    const isPlain =
      plainEnd >= 0 && source === scanner.source && (!hasValue || this.#values.count(plain.cells));
    let values: readonly (DtsValue | DtsLabel)[] | undefined;
    if (isPlain) scanner.offset = plainEnd + 1;
    else {
      const includes = scanner.includes.length;
      if (hasValue) values = this.#values.values();
      this.#semicolon();
      if (source !== scanner.source || includes < scanner.includes.length) this.#isSpread = true;
    }
    if (this.#open.length === 0) {
      const span = { source, start: nameStart, end: nameEnd };
      this.#error(span, 'a property must stand in a node');
    }
    const end = source === scanner.source ? scanner.offset : nameEnd;
    const cells = isPlain ? (hasValue ? plain.cells : 0) : -1;
    const shape = isPlain && hasValue ? shapeOf(plain.hasOthers, plain.bits) : 0;
    const places = this.#placesIn(source);
    const row = places.add(nameStart, nameEnd, valueStart, end, cells, shape);
    this.#add(new PropertySyntax(name, places, row, labels, values));
  }

  #placesIn(source: SourceFile): PlaceTable {
    if (source === this.#places.source) return this.#places;
    let places = this.#otherPlaces.get(source);
    if (places === undefined) {
      places = new PlaceTable(source);
      this.#otherPlaces.set(source, places);
    }
    return places;
  }

  /** The scanner is at `{`. */
  #openNode(name: string, nameSpan: Span, target: DtsReference | undefined): void {
    const scanner = this.#scanner;
    const labels = this.#takeLabels();
    const isOmitted = this.#isOmitted;
    this.#isOmitted = false;
    if (this.#open.length >= NODE_DEPTH_LIMIT) {
      const message = `nodes are nested more than ${NODE_DEPTH_LIMIT} deep`;
      this.#issues.error('limit-exceeded', nameSpan, message);
      skipBlock(scanner);
      this.#semicolon();
      return;
    }
    const start = { labels, name, nameSpan, target, isOmittedIfUnreferenced: isOmitted };
    this.#open.push(new NodeSyntax(start, scanner.source, scanner.offset++));
    this.#begins.push(this.#inside.length);
  }

  /** The scanner is after the brace, or at the end of the file. */
  #closeNode(): NodeSyntax {
    const node = this.#open.pop() as NodeSyntax;
    const begin = this.#begins.pop() as number;
    const items = this.#inside.slice(begin);
    this.#inside.length = begin;
    node.close(items, this.#scanner.source, this.#scanner.offset);
    const { source, bodySource, endSource } = node;
    if (source !== bodySource || source !== endSource) this.#isSpread = true;
    this.#add(node);
    return node;
  }

  #add(item: DtsNodeItem): void {
    const parent = this.#open[this.#open.length - 1];
    if (++this.#count > TREE_ITEM_LIMIT) {
      if (this.#count === TREE_ITEM_LIMIT + 1) {
        const message = `more than ${TREE_ITEM_LIMIT} nodes and properties`;
        this.#issues.error('limit-exceeded', this.#here(), message);
      }
      return;
    }
    if (parent === undefined) {
      this.#items.push(item);
      return;
    }
    const isProperty = item.kind === 'property' || item.kind === 'delete-property';
    if (isProperty && parent.hasNodes) {
      const help = 'move it before the first node of this node';
      const message = 'properties must precede nodes';
      this.#issues.error('property-after-node', item.nameSpan, message, help);
    }
    if (item.kind === 'node' || item.kind === 'delete-node') parent.hasNodes = true;
    this.#inside.push(item);
  }

  /** The name at the scanner, with the backslash that may precede it. */
  #name(): string | undefined {
    const scanner = this.#scanner;
    const { text } = scanner;
    const start = scanner.offset + (scanner.peek(0) === 0x5c ? 1 : 0);
    let end = start;
    let hash = 0;
    for (let unit = text.charCodeAt(end); isNameUnit(unit); unit = text.charCodeAt(++end)) {
      hash = hashed(hash, unit);
    }
    if (end === start) return undefined;
    scanner.offset = end;
    return this.#names.name(text, start, end, hash);
  }

  /** `/word/`, or just the slash if none is at the scanner. */
  #keyword(): { text: string; span: Span } {
    const scanner = this.#scanner;
    const start = scanner.offset;
    let end = start + 1;
    while (isNameUnit(scanner.text.charCodeAt(end))) end++;
    const isKeyword = end > start + 1 && scanner.text.charCodeAt(end) === 0x2f;
    scanner.offset = isKeyword ? end + 1 : start + 1;
    return { text: scanner.text.slice(start, scanner.offset), span: scanner.span(start) };
  }

  #unknownKeyword(text: string, span: Span): void {
    this.#error(span, `unexpected '${text}'`);
    this.#recover();
  }

  /** Skips a line that the C preprocessor would have read, which is a common thing to forget. */
  #isPreprocessorLine(): boolean {
    const scanner = this.#scanner;
    if (scanner.peek(0) !== 0x23) return false;
    const end = scanner.text.indexOf('\n', scanner.offset);
    const line = scanner.text.slice(scanner.offset, end < 0 ? undefined : end);
    const word = /^#\s*(include|define|undef|if|ifdef|ifndef|else|elif|endif|pragma|error)\b/;
    if (!word.test(line) || /^#\w+\s*[=;,{-]/.test(line)) return false;
    scanner.offset += line.length;
    const span = scanner.span(scanner.offset - line.length);
    const help = 'run the C preprocessor first, or use /include/';
    this.#error(span, 'this is for the C preprocessor', help);
    return true;
  }

  #semicolon(): void {
    if (this.#scanner.skip() === 0x3b) this.#scanner.offset++;
    else {
      const span = this.#scanner.spanOfGap();
      const fixes = [{ title: 'Insert ;', edits: [{ span, text: ';' }], isObvious: true }];
      this.#issues.add('syntax-error', { span, message: `';' is missing`, fixes });
      if (!this.#scanner.isOnNewLine && this.#scanner.peek(0) !== 0x7d) this.#recover();
    }
  }

  /** Where the scanner is, if that is in `source` and after a semicolon; else -1. */
  #terminatedAt(source: SourceFile): number {
    const { offset, text } = this.#scanner;
    const isTerminated = this.#scanner.source === source && text.charCodeAt(offset - 1) === 0x3b;
    return isTerminated ? offset : -1;
  }

  #recover(): void {
    this.#takeLabels();
    this.#isOmitted = false;
    recover(this.#scanner);
  }

  #takeLabels(): readonly DtsLabel[] {
    if (this.#labels.length === 0) return NO_LABELS;
    const labels = this.#labels;
    this.#labels = [];
    return labels;
  }

  #strayLabels(): void {
    for (const label of this.#takeLabels()) {
      this.#error(label.span, `the label '${label.name}' must be followed by what it names`);
    }
  }

  /** From the start of `first` to the scanner, if that is still in the same file. */
  #since(first: Span): Span {
    const { source, offset } = this.#scanner;
    return source === first.source ? { source, start: first.start, end: offset } : first;
  }

  #here(): Span {
    const { offset, text } = this.#scanner;
    return this.#scanner.span(offset, Math.min(offset + 1, text.length));
  }

  #error(span: Span, message: string, help?: string): void {
    this.#issues.error('syntax-error', span, message, help);
  }
}
