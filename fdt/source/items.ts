// Nodes and properties of the syntax tree as they are kept: places as numbers, from which spans are
// made when someone asks. There are as many of them as lines, and a span for each of their places
// would be most of the memory and of the time.
import { IssueList } from '../issue-list.ts';
import type { SourceFile, Span } from '../text.ts';
import {
  PLACE_CELLS,
  PLACE_END,
  PLACE_NAME_END,
  PLACE_NAME_START,
  PLACE_SHAPE,
  PLACE_VALUE_START,
  type PlaceTable,
} from './place-table.ts';
import { bitsIn, hasOthersIn, type PlainBits } from './plain-value.ts';
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

const NO_LABELS: readonly DtsLabel[] = [];

/** What few properties have. */
interface Rare {
  readonly labels: readonly DtsLabel[];
  /** Of a value that is not plain. */
  values: Values | undefined;
}

export class PropertySyntax implements DtsProperty {
  readonly name: string;
  readonly #places: PlaceTable;
  readonly #row: number;
  readonly #rare: Rare | undefined;

  /** `row` of `places` has the numbers of the property. */
  constructor(
    name: string,
    places: PlaceTable,
    row: number,
    labels: readonly DtsLabel[],
    values: Values | undefined,
  ) {
    this.name = name;
    this.#places = places;
    this.#row = row;
    this.#rare = labels.length === 0 && values === undefined ? undefined : { labels, values };
  }

  get kind(): 'property' {
    return 'property';
  }

  get labels(): readonly DtsLabel[] {
    return this.#rare === undefined ? NO_LABELS : this.#rare.labels;
  }

  get source(): SourceFile {
    return this.#places.source;
  }

  get nameSpan(): Span {
    const start = this.#places.get(this.#row, PLACE_NAME_START);
    return { source: this.source, start, end: this.#places.get(this.#row, PLACE_NAME_END) };
  }

  get whole(): Span {
    const start = this.#places.get(this.#row, PLACE_NAME_START);
    return { source: this.source, start, end: this.end };
  }

  /** After the `=`; -1 without one. */
  get valueStart(): number {
    return this.#places.get(this.#row, PLACE_VALUE_START);
  }

  /** After the `;`, or where what was understood ends. */
  get end(): number {
    return this.#places.get(this.#row, PLACE_END);
  }

  get hasValue(): boolean {
    return this.valueStart >= 0;
  }

  get isPlain(): boolean {
    return this.cells >= 0;
  }

  /** Numbers of a plain value; -1 for a value that is not plain. */
  get cells(): number {
    return this.#places.get(this.#row, PLACE_CELLS);
  }

  /** A plain value holds strings or bytes. */
  get hasOthers(): boolean {
    return hasOthersIn(this.#places.get(this.#row, PLACE_SHAPE));
  }

  /** What the arrays of a plain value say of the width of their cells. */
  get bits(): PlainBits {
    return bitsIn(this.#places.get(this.#row, PLACE_SHAPE));
  }

  get values(): Values {
    if (this.valueStart < 0) return NO_VALUES;
    if (this.#rare?.values !== undefined) return this.#rare.values;
    const issues = new IssueList();
    const scanner = new Scanner(this.source, undefined, issues, this.valueStart);
    return new ValueScanner(scanner, issues).values();
  }

  /** Notes that all of it stands `delta` further now. */
  move(delta: number): void {
    this.#places.move(this.#row, delta);
    // Reading them again is less work than finding every span in them, and is rarely asked for.
    if (this.#rare !== undefined) this.#rare.values = undefined;
  }
}

const NO_ITEMS: DtsNodeItem[] = [];

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
  /** Set when it is closed. */
  items: DtsNodeItem[] = NO_ITEMS;
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

  /** Notes that it stands `delta` further now; what is in it moves by itself. */
  move(delta: number): void {
    this.nameStart += delta;
    this.nameEnd += delta;
    this.bodyStart += delta;
    this.end += delta;
    if (this.itemEnd >= 0) this.itemEnd += delta;
  }

  /** `end` in `source` is past the closing brace. */
  close(items: DtsNodeItem[], source: SourceFile, end: number): void {
    this.items = items;
    this.endSource = source;
    this.end = end;
  }
}
