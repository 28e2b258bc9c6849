// Nodes and properties of the syntax tree as they are kept: places as numbers, from which spans are
// made when someone asks. There are as many of them as lines, and a span for each of their places
// would be most of the memory and of the time.
import { IssueList } from '../issue-list.ts';
import type { SourceFile, Span } from '../text.ts';
import type { PlainBits } from './plain-value.ts';
import { Scanner } from './scanner.ts';
import type {
  DtsLabel,
  DtsNode,
  DtsNodeItem,
  DtsProperty,
  DtsReference,
  DtsValue,
} from './syntax.ts';
import { ValueScanner } from './values.ts';

type Values = readonly (DtsValue | DtsLabel)[];

const NO_VALUES: Values = [];

export class PropertySyntax implements DtsProperty {
  labels: readonly DtsLabel[];
  readonly name: string;
  readonly source: SourceFile;
  nameStart: number;
  nameEnd: number;
  /** After the `=`; -1 without one. */
  valueStart: number;
  /** After the `;`, or where what was understood ends; `nameEnd` if that is in another file. */
  end: number;
  /** Numbers of a plain value; -1 for a value that is not plain. */
  readonly cells: number;
  /** A plain value holds strings or bytes. */
  readonly hasOthers: boolean;
  /** What the arrays of a plain value say of the width of their cells. */
  readonly bits: PlainBits;
  #values: Values | undefined;

  constructor(
    labels: readonly DtsLabel[],
    name: string,
    source: SourceFile,
    places: {
      readonly nameStart: number;
      readonly nameEnd: number;
      readonly valueStart: number;
      readonly end: number;
    },
    plain: { readonly cells: number; readonly hasOthers: boolean; readonly bits: PlainBits },
    values: Values | undefined,
  ) {
    this.labels = labels;
    this.name = name;
    this.source = source;
    this.nameStart = places.nameStart;
    this.nameEnd = places.nameEnd;
    this.valueStart = places.valueStart;
    this.end = places.end;
    this.cells = plain.cells;
    this.hasOthers = plain.hasOthers;
    this.bits = plain.bits;
    this.#values = values;
  }

  get kind(): 'property' {
    return 'property';
  }

  get nameSpan(): Span {
    return { source: this.source, start: this.nameStart, end: this.nameEnd };
  }

  get whole(): Span {
    return { source: this.source, start: this.nameStart, end: this.end };
  }

  get hasValue(): boolean {
    return this.valueStart >= 0;
  }

  get isPlain(): boolean {
    return this.cells >= 0;
  }

  get values(): Values {
    if (this.valueStart < 0) return NO_VALUES;
    if (this.#values !== undefined) return this.#values;
    const issues = new IssueList();
    const scanner = new Scanner(this.source, undefined, issues, this.valueStart);
    return new ValueScanner(scanner, issues).values();
  }

  /** Notes that all of it stands `delta` further now. */
  move(delta: number): void {
    this.nameStart += delta;
    this.nameEnd += delta;
    if (this.valueStart >= 0) this.valueStart += delta;
    this.end += delta;
    // Reading them again is less work than finding every span in them, and is rarely asked for.
    this.#values = undefined;
  }
}

/** What is known of a node when its brace opens. */
export interface NodeStart {
  readonly labels: readonly DtsLabel[];
  readonly name: string;
  readonly nameSpan: Span;
  readonly target: DtsReference | undefined;
  readonly isOmittedIfUnreferenced: boolean;
}

export class NodeSyntax implements DtsNode {
  labels: readonly DtsLabel[];
  readonly name: string;
  readonly target: DtsReference | undefined;
  readonly isOmittedIfUnreferenced: boolean;
  readonly items: DtsNodeItem[] = [];
  readonly source: SourceFile;
  nameStart: number;
  nameEnd: number;
  readonly bodySource: SourceFile;
  /** Of the brace that opens. */
  bodyStart: number;
  endSource: SourceFile;
  /** After the brace that closes, or where the file ended. */
  end: number;
  /** After the `;`; -1 if there is none. */
  itemEnd = -1;
  /** A node or a deletion of one is among the items: properties must not follow. */
  hasNodes = false;

  /** `bodyStart` in `bodySource` is the brace that opens. */
  constructor(start: NodeStart, bodySource: SourceFile, bodyStart: number) {
    const { source, start: nameStart, end: nameEnd } = start.nameSpan;
    this.labels = start.labels;
    this.name = start.name;
    this.target = start.target;
    this.isOmittedIfUnreferenced = start.isOmittedIfUnreferenced;
    this.source = source;
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    this.bodySource = bodySource;
    this.bodyStart = bodyStart;
    this.endSource = bodySource;
    this.end = bodyStart + 1;
  }

  get kind(): 'node' {
    return 'node';
  }

  get nameSpan(): Span {
    return { source: this.source, start: this.nameStart, end: this.nameEnd };
  }

  /** A node may end in another file than it started in; then what was its start has to do. */
  get whole(): Span {
    const end = this.endSource === this.source ? this.end : this.nameEnd;
    return { source: this.source, start: this.nameStart, end };
  }

  get body(): Span {
    const end = this.endSource === this.bodySource ? this.end : this.bodyStart + 1;
    return { source: this.bodySource, start: this.bodyStart, end };
  }

  add(item: DtsNodeItem): void {
    if (item.kind === 'node' || item.kind === 'delete-node') this.hasNodes = true;
    this.items.push(item);
  }

  /** Notes that it stands `delta` further now; what is in it moves by itself. */
  move(delta: number): void {
    this.nameStart += delta;
    this.nameEnd += delta;
    this.bodyStart += delta;
    this.end += delta;
    if (this.itemEnd >= 0) this.itemEnd += delta;
  }

  /** `end` in `source` is past the closing brace. */
  close(source: SourceFile, end: number): void {
    this.endSource = source;
    this.end = end;
  }
}
