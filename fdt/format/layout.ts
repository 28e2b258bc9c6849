// The white space between statements: indentation, empty lines, comments.
import { CommentLines } from './comment-lines.ts';
import { GapWriter } from './gap-writer.ts';
import { INDENT_LEVEL_LIMIT } from './limits.ts';
import { PIECE, type Pieces, ROLE, type Role } from './pieces.ts';
import { endsLine, StatementLayout, type StatementStyle } from './statement-layout.ts';

/**
 * The white space that goes before each of `pieces`, which are in so many nodes already, and at
 * last that at the end of the text.
 */
export function layOut(pieces: Pieces, style: StatementStyle, depth: number): string[] {
  return new Layout(pieces, style, depth).run();
}

class Layout {
  readonly #pieces: Pieces;
  readonly #style: StatementStyle;
  readonly #gaps: GapWriter;
  readonly #comments: CommentLines;
  readonly #statements: StatementLayout;
  #depth: number;
  /** What the last statement was. */
  #last: Role | undefined;
  /** A comment that has its line to itself so far. */
  #isBehindLeadingComment = false;
  /** No empty line here: a brace has been opened. */
  #isAtOpening = true;
  /** The piece that gets an empty line before it if a node follows the last property, or -1. */
  #nodeBreak = -1;

  constructor(pieces: Pieces, style: StatementStyle, depth: number) {
    this.#depth = depth;
    this.#pieces = pieces;
    this.#style = style;
    this.#gaps = new GapWriter(pieces, style.white);
    this.#comments = new CommentLines(pieces, this.#gaps, style.white);
    this.#statements = new StatementLayout(pieces, this.#gaps, this.#comments, style);
  }

  run(): string[] {
    const pieces = this.#pieces;
    for (let at = 0; at < pieces.count; ) {
      let end = at + 1;
      while (end < pieces.count && pieces.role(end) === ROLE.inside) end++;
      this.#put(at, end, pieces.role(at));
      at = end;
    }
    this.#gaps.flush();
    this.#gaps.gaps.push(this.#ending());
    return this.#gaps.gaps;
  }

  #ending(): string {
    const pieces = this.#pieces;
    const last = pieces.count - 1;
    const isKept = last < 0 || this.#gaps.isOff || pieces.kind(last) === PIECE.raw;
    return isKept ? pieces.gap(pieces.count) : this.#style.white.newline;
  }

  /** Puts what begins with piece `at` and ends before piece `end`. */
  #put(at: number, end: number, role: Role): void {
    switch (role) {
      case ROLE.comment:
        this.#putComment(at, end);
        return;
      case ROLE.line:
        this.#putLine(at);
        return;
      case ROLE.raw:
      case ROLE.rawHeader:
        this.#gaps.keep(at);
        break;
      case ROLE.closing:
        this.#depth--;
        this.#putClosing(at);
        break;
      default:
        this.#putStatement(at, role);
    }
    if (at + 1 < end) this.#statements.lay(at, end, this.#levels);
    this.#isBehindLeadingComment = false;
    this.#isAtOpening = role === ROLE.header || role === ROLE.rawHeader;
    if (this.#isAtOpening) this.#depth++;
    this.#nodeBreak = role === ROLE.property ? end : -1;
    this.#last = role;
  }

  get #levels(): number {
    return Math.min(this.#depth, INDENT_LEVEL_LIMIT);
  }

  #putStatement(at: number, role: Role): void {
    const isBehind = this.#isBehindLeadingComment && this.#pieces.breaksBefore(at) === 0;
    if (isBehind) this.#gaps.put(at, ' ');
    else this.#startLine(at);
    if (role === ROLE.header && this.#nodeBreak >= 0) this.#gaps.addBlank(this.#nodeBreak);
  }

  #putClosing(at: number): void {
    const isEmpty = this.#last === ROLE.header && this.#isAtOpening;
    const isBesideBrace = isEmpty && this.#pieces.kind(at - 1) === PIECE.openBrace;
    if (isBesideBrace && this.#pieces.breaksBefore(at) === 0) this.#gaps.put(at, ' ');
    else this.#gaps.breakTo(at, this.#levels, this.#style.white.columnOf(this.#levels));
  }

  #putComment(at: number, end: number): void {
    const isTrailing = at > 0 && this.#pieces.breaksBefore(at) === 0;
    if (!isTrailing) {
      this.#startLine(at);
      this.#isBehindLeadingComment = true;
      this.#isAtOpening = false;
    } else {
      if (endsLine(this.#pieces, at)) this.#gaps.putTrailing(at);
      else this.#gaps.put(at, ' ');
      if (this.#nodeBreak === at) this.#nodeBreak = end;
    }
    for (let line = at + 1; line < end; line++) this.#comments.put(line);
  }

  /** A line marker goes to the left, a line for the preprocessor stays as it is. */
  #putLine(at: number): void {
    const pieces = this.#pieces;
    const gap = pieces.gap(at);
    const isMarker = pieces.kind(at) === PIECE.lineMarker;
    const indent = isMarker ? '' : gap.slice(gap.lastIndexOf('\n') + 1);
    const { newline } = this.#style.white;
    if (at === 0) this.#gaps.put(at, indent);
    else this.#gaps.put(at, (this.#isBlankBefore(at) ? newline + newline : newline) + indent);
    this.#isBehindLeadingComment = false;
    this.#isAtOpening = false;
    this.#nodeBreak = -1;
    this.#last = ROLE.line;
  }

  #startLine(at: number): void {
    const isBlank = this.#isBlankBefore(at);
    const column = this.#style.white.columnOf(this.#levels);
    const wasOff = this.#gaps.isOff;
    if (at === 0) this.#gaps.put(at, this.#style.white.toColumn(this.#levels, column));
    else this.#gaps.breakTo(at, this.#levels, column, isBlank);
    if (isBlank || wasOff || this.#gaps.isOff) this.#nodeBreak = -1;
  }

  #isBlankBefore(at: number): boolean {
    return !this.#isAtOpening && this.#pieces.breaksBefore(at) > 1;
  }
}
