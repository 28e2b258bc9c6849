// A place in a text that gathers pieces on its way and knows what may stand between any two tokens.
import { isLabelUnit, isNameUnit, isPathUnit, isSpaceUnit } from '../source/characters.ts';
import { lineMarkerAt } from '../source/line-markers.ts';
import { scanString } from '../source/strings.ts';
import type { SourceFile } from '../text.ts';
import { PIECE, type PieceKind, Pieces } from './pieces.ts';

/** What `next` gives where there is no token. */
export const AT = {
  end: -1,
  /** A line for the C preprocessor, or a line marker of it. */
  line: -2,
  /** A block comment that is not closed. */
  openComment: -3,
} as const;

const DIRECTIVE = /^#\s*(include|define|undef|if|ifdef|ifndef|else|elif|endif|pragma|error)\b/;
/** A property or a node may be called so too. */
const NAMED_SO = /^#\w+\s*[=;,{-]/;
/** Longer lines are told by their beginning. */
const MAX_LOOK = 256;

export class PieceCursor {
  readonly text: string;
  readonly pieces: Pieces;
  offset: number;
  /** Past the last token that was taken. */
  lastEnd: number;
  /** Line markers stand between any two tokens; between statements they are for themselves. */
  isInStatement = false;
  readonly #source: SourceFile;

  /** At `offset`, or at the start. */
  constructor(source: SourceFile, offset?: number) {
    this.#source = source;
    this.text = source.text;
    this.pieces = new Pieces(this.text);
    this.offset = offset ?? this.pieces.gapStart(0);
    this.lastEnd = this.offset;
  }

  /** Moves to the next token, taking comments, and gives its first code unit or one of `AT`. */
  next(takesComments: boolean = true): number {
    for (;;) {
      const unit = this.text.charCodeAt(this.offset);
      if (isSpaceUnit(unit)) this.offset++;
      else if (unit === 0x2f) {
        const follower = this.text.charCodeAt(this.offset + 1);
        if (follower !== 0x2f && follower !== 0x2a) return unit;
        const end = this.commentEnd();
        if (end === undefined) return AT.openComment;
        if (takesComments) this.#addComment(end, follower === 0x2f);
        this.offset = end;
      } else if (unit === 0x23) {
        const line = this.lineEnd();
        if (line === undefined) return unit;
        if (!this.isInStatement || line.kind !== PIECE.lineMarker) return AT.line;
        if (takesComments) this.pieces.add(line.kind, this.offset, line.end);
        this.offset = line.end;
      } else return Number.isNaN(unit) ? AT.end : unit;
    }
  }

  /** Takes everything from here to `end` as one piece. */
  take(kind: PieceKind, end: number): void {
    this.pieces.add(kind, this.offset, end);
    this.offset = end;
    this.lastEnd = end;
  }

  startsWith(word: string): boolean {
    return this.text.startsWith(word, this.offset);
  }

  unitAt(offset: number): number {
    return this.text.charCodeAt(offset);
  }

  /** A line ended between the last token and here. */
  get isOnNewLine(): boolean {
    for (let at = this.lastEnd; at < this.offset; at++)
      if (this.text.charCodeAt(at) === 0x0a) return true;
    return false;
  }

  /** Past the word that starts at `start`. */
  wordEnd(start: number): number {
    let at = start;
    while (isLabelUnit(this.text.charCodeAt(at))) at++;
    return at;
  }

  /** Past the name that starts at `start`, with the backslash that may precede it. */
  nameEnd(start: number): number | undefined {
    const first = this.text.charCodeAt(start) === 0x5c ? start + 1 : start;
    let at = first;
    while (isNameUnit(this.text.charCodeAt(at))) at++;
    return at === first ? undefined : at;
  }

  /** Past the literal that starts here; undefined if it is not closed. */
  literalEnd(): number | undefined {
    const { end, isClosed } = scanString(this.#source, this.text, this.offset, undefined);
    return isClosed ? end : undefined;
  }

  /** Past `&{path}` here; undefined if there is none. */
  pathEnd(): number | undefined {
    const end = this.#openPathEnd();
    return end > this.offset + 2 && this.text.charCodeAt(end) === 0x7d ? end + 1 : undefined;
  }

  /** Past what is here where nothing is certain: a string, a path, or one character. */
  roughTokenEnd(): number {
    const unit = this.text.charCodeAt(this.offset);
    if (unit === 0x26) {
      const end = this.#openPathEnd();
      return end > this.offset + 1 && this.text.charCodeAt(end) === 0x7d ? end + 1 : end;
    }
    if (unit !== 0x22) return this.offset + 1;
    const { end } = scanString(this.#source, this.text, this.offset, undefined);
    return Math.max(this.offset + 1, end);
  }

  #openPathEnd(): number {
    if (!this.startsWith('&{')) return this.offset + 1;
    let at = this.offset + 2;
    while (isPathUnit(this.text.charCodeAt(at))) at++;
    return at;
  }

  /** The line that starts with a `#` here, if it is not DTS: where it ends, and what it is. */
  lineEnd(): { readonly end: number; readonly kind: PieceKind } | undefined {
    const { offset, text } = this;
    if (text.charCodeAt(offset) !== 0x23) return undefined;
    if (offset === 0 || text.charCodeAt(offset - 1) === 0x0a) {
      const marker = lineMarkerAt(text, offset);
      if (marker !== undefined) return { end: marker.end, kind: PIECE.lineMarker };
    }
    let lineStart = offset;
    while (lineStart > 0 && isBlank(text.charCodeAt(lineStart - 1))) lineStart--;
    if (lineStart > 0 && text.charCodeAt(lineStart - 1) !== 0x0a) return undefined;
    const look = text.slice(offset, Math.min(offset + MAX_LOOK, endOfLine(text, offset)));
    if (!DIRECTIVE.test(look) || NAMED_SO.test(look)) return undefined;
    return { end: directiveEnd(text, offset), kind: PIECE.directive };
  }

  /** Past the comment here, the line end of one of a line left out; undefined if it has no end. */
  commentEnd(): number | undefined {
    const { offset, text } = this;
    if (text.charCodeAt(offset + 1) === 0x2a) {
      const close = text.indexOf('*/', offset + 2);
      return close < 0 ? undefined : close + 2;
    }
    const lineEnd = endOfLine(text, offset);
    const end = trimmedEnd(text, offset, lineEnd);
    // White space behind it decides whether the C preprocessor takes the next line for a part.
    return text.charCodeAt(end - 1) === 0x5c ? lineEnd : end;
  }

  #addComment(end: number, isOfLine: boolean): void {
    const { offset, text, pieces } = this;
    if (isOfLine) {
      pieces.add(PIECE.lineComment, offset, end);
      return;
    }
    let kind: PieceKind = PIECE.blockComment;
    for (let at = offset; at < end; ) {
      while (kind !== PIECE.blockComment && isSpaceUnit(text.charCodeAt(at))) at++;
      let lineEnd = at;
      while (lineEnd < end && text.charCodeAt(lineEnd) !== 0x0a) lineEnd++;
      pieces.add(kind, at, trimmedEnd(text, at, lineEnd));
      kind = PIECE.commentLine;
      at = lineEnd;
    }
  }
}

function isBlank(unit: number): boolean {
  return isSpaceUnit(unit) && unit !== 0x0a;
}

function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  const end = newline < 0 ? text.length : newline;
  return text.charCodeAt(end - 1) === 0x0d && end > offset ? end - 1 : end;
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpaceUnit(text.charCodeAt(at - 1))) at--;
  return at;
}

/** A directive goes on after a backslash at the end of its line, and to the end of a comment. */
function directiveEnd(text: string, offset: number): number {
  let isInComment = false;
  for (let start = offset; ; ) {
    const end = endOfLine(text, start);
    const line = text.slice(start, end);
    const opened = line.lastIndexOf('/*');
    const closed = line.lastIndexOf('*/');
    if (opened !== closed) isInComment = opened > closed;
    const next = text.indexOf('\n', end) + 1;
    if (next === 0 || !(isInComment || line.endsWith('\\'))) return end;
    start = next;
  }
}
