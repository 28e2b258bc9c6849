import type { IssueList } from '../issue-list.ts';
import { INCLUDE_COUNT_LIMIT, INCLUDE_DEPTH_LIMIT, SOURCE_UNITS_LIMIT } from '../limits.ts';
import type { SourceFile, Span } from '../text.ts';
import { isLabelUnit, isSpaceUnit } from './characters.ts';
import { lineMarkerAt } from './line-markers.ts';
import { isFileName, type ScannedString, scanString } from './strings.ts';
import type { DtsInclude, SourceHost } from './syntax.ts';

interface Suspended {
  readonly source: SourceFile;
  readonly offset: number;
}

/**
 * A place in the text that knows what lies between tokens: spaces, comments, line markers, and
 * `/include/`, which may stand between any two tokens and continues in another file. Which token
 * comes next is the parser's business, since that depends on where it is.
 */
export class Scanner {
  source: SourceFile;
  text: string;
  offset = 0;
  /** Where the last token ended, which is where something missing would have stood. */
  #lastSource: SourceFile;
  #lastEnd = 0;
  /** Where `skip` stopped last. */
  #tokenSource: SourceFile;
  #tokenStart = -1;
  readonly includes: DtsInclude[] = [];
  /** Something was not closed, and the text far after it decides what is made of it. */
  looksFar = false;
  readonly sources: SourceFile[];
  readonly #host: SourceHost | undefined;
  readonly #issues: IssueList;
  readonly #suspended: Suspended[] = [];
  readonly #known: Set<SourceFile>;
  #unitsRead: number;

  constructor(
    source: SourceFile,
    host: SourceHost | undefined,
    issues: IssueList,
    offset: number = 0,
  ) {
    this.#host = host;
    this.#issues = issues;
    this.#unitsRead = source.text.length;
    this.source = source;
    this.text = source.text;
    if (this.#unitsRead > SOURCE_UNITS_LIMIT) {
      this.text = source.text.slice(0, SOURCE_UNITS_LIMIT);
      const span = { source, start: SOURCE_UNITS_LIMIT, end: SOURCE_UNITS_LIMIT };
      issues.error('limit-exceeded', span, `the source is longer than ${SOURCE_UNITS_LIMIT}`);
    }
    this.#lastSource = source;
    this.#tokenSource = source;
    this.sources = [source];
    this.#known = new Set(this.sources);
    this.offset = offset;
    if (offset === 0 && this.text.charCodeAt(0) === 0xfeff) this.offset = 1;
  }

  /** Moves to the next token and returns its first code unit, or -1 at the end of everything. */
  skip(): number {
    // Skipping again from where it stopped must not forget where the last token ended.
    if (this.offset !== this.#tokenStart || this.source !== this.#tokenSource) {
      this.#lastSource = this.source;
      this.#lastEnd = this.offset;
    }
    const unit = this.#skip();
    this.#tokenSource = this.source;
    this.#tokenStart = this.offset;
    return unit;
  }

  #skip(): number {
    for (;;) {
      const unit = this.text.charCodeAt(this.offset);
      if (isSpaceUnit(unit)) this.offset++;
      else if (unit === 0x2f) {
        if (!this.#skipAfterSlash()) return unit;
      } else if (unit === 0x23) {
        if (!this.#skipLineMarker()) return unit;
      } else if (Number.isNaN(unit)) {
        const resumed = this.#suspended.pop();
        if (resumed === undefined) return -1;
        this.#resume(resumed);
      } else return unit;
    }
  }

  /** The string or character literal at the scanner, which stays where it is. */
  literal(issues: IssueList | undefined): ScannedString {
    const scanned = scanString(this.source, this.text, this.offset, issues);
    if (!scanned.isClosed) this.looksFar = true;
    return scanned;
  }

  /** The code unit `ahead` of the current place, in this file; NaN at its end. */
  peek(ahead: number): number {
    return this.text.charCodeAt(this.offset + ahead);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.offset);
  }

  span(start: number, end: number = this.offset): Span {
    return { source: this.source, start, end };
  }

  /** An empty span where the last token ended. */
  spanOfGap(): Span {
    return { source: this.#lastSource, start: this.#lastEnd, end: this.#lastEnd };
  }

  /** True if a line ended between the last token and the current place. */
  get isOnNewLine(): boolean {
    if (this.#lastSource !== this.source || this.#lastEnd > this.offset) return true;
    for (let at = this.#lastEnd; at < this.offset; at++) {
      if (this.text.charCodeAt(at) === 0x0a) return true;
    }
    return false;
  }

  /** Past the last character that may continue a label, from `start`. */
  labelEnd(start: number): number {
    let at = start;
    while (isLabelUnit(this.text.charCodeAt(at))) at++;
    return at;
  }

  /** Comments and `/include/`; false if the slash is a token of its own. */
  #skipAfterSlash(): boolean {
    const next = this.text.charCodeAt(this.offset + 1);
    if (next === 0x2f) {
      const end = this.text.indexOf('\n', this.offset);
      this.offset = end < 0 ? this.text.length : end + 1;
      return true;
    }
    if (next === 0x2a) {
      const end = this.text.indexOf('*/', this.offset + 2);
      if (end < 0) {
        const span = this.span(this.offset, this.offset + 2);
        this.#issues.error('syntax-error', span, 'the comment does not end', 'add */');
        this.looksFar = true;
      }
      this.offset = end < 0 ? this.text.length : end + 2;
      return true;
    }
    if (next !== 0x69 || !this.startsWith('/include/')) return false;
    this.#include();
    return true;
  }

  #skipLineMarker(): boolean {
    const { offset, text } = this;
    if (offset > 0 && text.charCodeAt(offset - 1) !== 0x0a) return false;
    const marker = lineMarkerAt(text, offset);
    if (marker === undefined) return false;
    if (marker.path?.includes('\\')) this.#checkMarkerPath(offset, marker.end);
    this.offset = marker.end;
    return true;
  }

  #checkMarkerPath(start: number, end: number): void {
    const quote = this.text.indexOf('"', start);
    const path = scanString(this.source, this.text, quote, this.#issues);
    if (path.bytes?.includes(0) === true) {
      this.#issues.error('bad-literal', this.span(start, end), 'a file name must not have a NUL');
    }
  }

  #include(): void {
    const start = this.offset;
    let quote = start + '/include/'.length;
    while (isSpaceUnit(this.text.charCodeAt(quote))) quote++;
    if (this.text.charCodeAt(quote) !== 0x22) {
      this.offset = start + '/include/'.length;
      const span = this.span(start);
      this.#issues.error('syntax-error', span, '/include/ must be followed by a file name');
      return;
    }
    // Quotes and backslashes of this name are taken literally, as dtc does.
    const { end, isClosed } = scanString(this.source, this.text, quote, undefined);
    if (!isClosed) this.looksFar = true;
    this.offset = end;
    const pathSpan = this.span(quote + 1, Math.max(quote + 1, end - 1));
    const path = this.text.slice(pathSpan.start, pathSpan.end);
    const span = this.span(start, end);
    const resolved = this.#read(path, pathSpan);
    this.includes.push({ kind: 'include', span, pathSpan, path, resolved });
    if (resolved === undefined) return;
    this.#suspended.push({ source: this.source, offset: this.offset });
    this.#resume({ source: resolved, offset: 0 });
  }

  #read(path: string, span: Span): SourceFile | undefined {
    if (this.#host === undefined) {
      this.#issues.error('include-not-found', span, `'${path}': files cannot be read here`);
      return undefined;
    }
    const found = isFileName(path) ? this.#host.readInclude(path, this.source) : undefined;
    if (found === undefined) {
      const help = 'files are searched beside the including file, then in the include directories';
      this.#issues.error('include-not-found', span, `cannot find '${path}'`, help);
      return undefined;
    }
    const isOpen = (file: SourceFile): boolean => file === found || file.path === found.path;
    if (isOpen(this.source) || this.#suspended.some((one) => isOpen(one.source))) {
      this.#issues.error('include-cycle', span, `'${path}' includes itself`);
      return undefined;
    }
    this.#unitsRead += found.text.length;
    const isTooMuch =
      this.#suspended.length + 2 > INCLUDE_DEPTH_LIMIT ||
      this.includes.length >= INCLUDE_COUNT_LIMIT ||
      this.#unitsRead > SOURCE_UNITS_LIMIT;
    if (isTooMuch) {
      this.#issues.error('limit-exceeded', span, `'${path}': too many or too deep includes`);
      return undefined;
    }
    if (!this.#known.has(found)) this.sources.push(found);
    this.#known.add(found);
    return found;
  }

  #resume({ source, offset }: Suspended): void {
    this.source = source;
    this.text = source.text;
    this.offset = offset;
  }
}
