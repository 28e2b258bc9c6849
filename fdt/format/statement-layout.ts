// The white space inside of one statement.
import { type CellTable, cellTable } from './cell-table.ts';
import type { CommentLines } from './comment-lines.ts';
import type { GapWriter } from './gap-writer.ts';
import { ALIGNED_COLUMNS, LINE_COLUMNS } from './limits.ts';
import { PIECE, type Pieces } from './pieces.ts';
import { closingColumns, columnsOf, isKeptBreak, spaceBefore } from './spacing.ts';
import type { WhiteSpace } from './white-space.ts';

/** `tupleSize` is told the piece that names the property, and the width of its cells if written. */
export interface StatementStyle {
  readonly white: WhiteSpace;
  readonly tupleSize: (name: number, bits: number | undefined) => number | undefined;
}

/** Lays statements out one after the other. */
export class StatementLayout {
  readonly #pieces: Pieces;
  readonly #gaps: GapWriter;
  readonly #comments: CommentLines;
  readonly #style: StatementStyle;
  #levels = 0;
  /** Where lines after the first begin: below the first value. */
  #valueColumn = 0;
  #valueLevels = 0;
  #name = -1;

  constructor(pieces: Pieces, gaps: GapWriter, comments: CommentLines, style: StatementStyle) {
    this.#pieces = pieces;
    this.#gaps = gaps;
    this.#comments = comments;
    this.#style = style;
  }

  /** The pieces between `first`, which is there already, and `end`; it is indented by `levels`. */
  lay(first: number, end: number, levels: number): void {
    const pieces = this.#pieces;
    this.#levels = levels;
    this.#valueLevels = levels + 1;
    this.#valueColumn = this.#style.white.columnOf(levels + 1);
    this.#name = first;
    let isInValue = false;
    let calls = 0;
    for (let at = first; at < end; at++) {
      const kind = pieces.kind(at);
      const isNext = pieces.kind(at - 1) === PIECE.comma && calls === 0 && at > first;
      if (at > first) {
        if (isNext && !this.#isBesideComment(at)) this.#putItem(at, end);
        else this.#put(at, this.#valueLevels, this.#valueColumn);
      }
      if (kind === PIECE.openCall) calls++;
      if (kind === PIECE.closeParen && calls > 0) calls--;
      if (kind === PIECE.name && !isInValue) this.#name = at;
      if (kind === PIECE.equals) {
        isInValue = true;
        this.#alignWith(this.#gaps.column + 1);
      } else if (kind === PIECE.openCells || kind === PIECE.openBytes) {
        at = this.#list(at) - 1;
      }
    }
  }

  /** Puts a piece where nothing but a comment may end a line. */
  #put(at: number, levels: number, column: number): void {
    const pieces = this.#pieces;
    if (pieces.kind(at) === PIECE.lineMarker) this.#gaps.breakTo(at, 0, 0);
    else if (!this.#isBesideComment(at)) this.#gaps.put(at, spaceBefore(pieces, at));
    else if (pieces.kind(at) === PIECE.commentLine) this.#comments.put(at);
    else if (pieces.breaksBefore(at) > 0) this.#gaps.breakTo(at, levels, column);
    else if (pieces.isComment(at) && endsLine(pieces, at)) this.#gaps.putTrailing(at);
    else this.#gaps.put(at, spaceBefore(pieces, at));
  }

  #isBesideComment(at: number): boolean {
    return isAside(this.#pieces, at) || isAside(this.#pieces, at - 1);
  }

  /** Lines begin at `column` from now on, unless that is too far to the right. */
  #alignWith(column: number): void {
    const { white } = this.#style;
    const indent = white.columnOf(this.#levels);
    if (column - indent > ALIGNED_COLUMNS) return;
    this.#valueColumn = column;
    this.#valueLevels = this.#levels;
  }

  /** Puts what follows a comma: in the same line if it was and fits. */
  #putItem(at: number, end: number): void {
    const { column } = this.#gaps;
    const isBroken =
      this.#pieces.breaksBefore(at) > 0 || !this.#fits(at, end, LINE_COLUMNS - column);
    if (isBroken) this.#gaps.breakTo(at, this.#valueLevels, this.#valueColumn);
    else this.#gaps.put(at, ' ');
  }

  /** True if the value that begins with piece `first` is one line, of `room` columns at most. */
  #fits(first: number, end: number, room: number): boolean {
    const pieces = this.#pieces;
    let columns = 1 + pieces.length(first);
    let calls = 0;
    let isInList = false;
    for (let at = first; ; ) {
      const kind = pieces.kind(at);
      if (kind === PIECE.openCells || kind === PIECE.openBytes) isInList = true;
      if (kind === PIECE.closeCells || kind === PIECE.closeBytes) isInList = false;
      if (kind === PIECE.openCall) calls++;
      if (kind === PIECE.closeParen) calls--;
      const isEnd = kind === PIECE.semicolon || (kind === PIECE.comma && calls <= 0);
      if (columns > room) return false;
      if (isEnd || ++at >= end || isAside(pieces, at)) return true;
      if (isInList && isKeptBreak(pieces, at)) return false;
      columns += columnsOf(pieces, at);
    }
  }

  /** Lays out what follows the piece `open`, and gives the piece after the one that closes it. */
  #list(open: number): number {
    const pieces = this.#pieces;
    const isCells = pieces.kind(open) === PIECE.openCells;
    const closing = isCells ? PIECE.closeCells : PIECE.closeBytes;
    let close = open + 1;
    while (pieces.kind(close) !== closing) close++;
    const { column } = this.#gaps;
    const isFar = column - this.#style.white.columnOf(this.#levels) > ALIGNED_COLUMNS;
    const levels = isFar ? this.#levels + 1 : this.#levels;
    const start = isFar ? this.#style.white.columnOf(levels) : column;
    const tupleSize = (): number | undefined =>
      this.#style.tupleSize(this.#name, this.#bitsBefore(open));
    const table = isCells ? cellTable(pieces, open, close, column, tupleSize) : undefined;
    if (table === undefined) this.#flow(open, close, levels, start);
    else this.#table(open, close, table, levels, start);
    return close + 1;
  }

  #bitsBefore(open: number): number | undefined {
    const pieces = this.#pieces;
    if (open < 2 || pieces.kind(open - 2) !== PIECE.keyword) return undefined;
    return Number(pieces.textOf(open - 1));
  }

  #table(open: number, close: number, table: CellTable, levels: number, column: number): void {
    const pieces = this.#pieces;
    for (let at = open + 1; at <= close; at++) {
      const padding = table.padding.get(at) ?? 0;
      const isBroken =
        table.rowStarts.has(at) || (this.#isBesideComment(at) && pieces.breaksBefore(at) > 0);
      if (isBroken && !pieces.isComment(at)) this.#gaps.breakTo(at, levels, column + padding);
      else if (this.#isBesideComment(at)) this.#put(at, levels, column);
      else this.#gaps.put(at, spaceBefore(pieces, at) + ' '.repeat(padding));
    }
  }

  /** Keeps the line ends that were written, and breaks lines that are too long between elements. */
  #flow(open: number, close: number, levels: number, column: number): void {
    const pieces = this.#pieces;
    let hasComments = false;
    for (let at = open + 1; at < close; at++) hasComments ||= isAside(pieces, at);
    /** Where lines begin in the parentheses that are open. */
    const columns: number[] = [];
    for (let at = open + 1; at <= close; at++) {
      const inner = columns.at(-1) ?? column;
      if (this.#isBesideComment(at)) this.#put(at, levels, inner);
      else if (isKeptBreak(pieces, at)) this.#gaps.breakTo(at, levels, inner);
      else if (!hasComments && this.#isOverfull(at, open, close, columns.length))
        this.#gaps.breakTo(at, levels, inner);
      else this.#gaps.put(at, spaceBefore(pieces, at));
      const kind = pieces.kind(at);
      if (kind === PIECE.openParen || kind === PIECE.openCall) {
        const isFar = this.#gaps.column - column > ALIGNED_COLUMNS;
        columns.push(isFar ? inner : this.#gaps.column);
      } else if (kind === PIECE.closeParen) columns.pop();
    }
  }

  /** Piece `at` starts an element that does not fit into the line. */
  #isOverfull(at: number, open: number, close: number, depth: number): boolean {
    const pieces = this.#pieces;
    const isFirst = at === open + 1 || pieces.kind(at - 1) === PIECE.label;
    if (depth > 0 || isFirst || at === close || pieces.kind(at) === PIECE.openCall) return false;
    let columns = columnsOf(pieces, at);
    let parens = 0;
    for (let next = at; ; next++) {
      const kind = pieces.kind(next);
      if (next > at) {
        if (isKeptBreak(pieces, next)) break;
        const isOver = parens === 0 && kind !== PIECE.openCall;
        if (isOver && next !== close && pieces.kind(next - 1) !== PIECE.label) break;
        columns += columnsOf(pieces, next);
      }
      if (next === close) {
        const end = this.#gaps.column + columns - 1 + closingColumns(pieces, close);
        return end > LINE_COLUMNS;
      }
      if (kind === PIECE.openParen || kind === PIECE.openCall) parens++;
      if (kind === PIECE.closeParen) parens--;
    }
    return this.#gaps.column + columns > LINE_COLUMNS;
  }
}

/** It is no token: a comment or a line marker. */
function isAside(pieces: Pieces, at: number): boolean {
  return pieces.isComment(at) || pieces.kind(at) === PIECE.lineMarker;
}

/** Nothing but the end of its line follows the comment that begins with piece `at`. */
export function endsLine(pieces: Pieces, at: number): boolean {
  let last = at;
  while (last + 1 < pieces.count && pieces.kind(last + 1) === PIECE.commentLine) last++;
  return last + 1 === pieces.count || pieces.breaksBefore(last + 1) > 0;
}
