// Gathers the white space that is put before each piece, and knows the column and line it leads to.
import { ALIGNED_COMMENT_COLUMNS } from './limits.ts';
import { PIECE, type Pieces } from './pieces.ts';
import { switchIn } from './surroundings.ts';
import type { WhiteSpace } from './white-space.ts';

/** A comment at the end of a line, which may have to stand below the one before. */
interface Trailing {
  readonly piece: number;
  /** Where the code before it ends now. */
  readonly codeEnd: number;
}

/** Pieces are given to it one after the other, each once. */
export class GapWriter {
  /** White space before each piece. */
  readonly gaps: string[] = [];
  /** Where the last piece ends. */
  column = 0;
  /** Where the last piece starts. */
  startColumn = 0;
  /** The last piece is the first in its line. */
  isFirstInLine = true;
  /** Everything stays as it is written, from `kho-format off` on. */
  isOff = false;
  readonly #pieces: Pieces;
  readonly #white: WhiteSpace;
  #line = 0;
  #run: Trailing[] = [];
  #runColumn = -1;
  #runLine = -1;
  /** Lines of the source up to the last piece, counted as far as a comment needed it. */
  #sourceLine = 0;
  #countedTo = 0;
  #runSourceLine = -1;

  constructor(pieces: Pieces, white: WhiteSpace) {
    this.#pieces = pieces;
    this.#white = white;
  }

  /** Puts `gap` before piece `at`. */
  put(at: number, gap: string): void {
    const pieces = this.#pieces;
    const kind = pieces.kind(at);
    const word = switchIn(pieces, at);
    const actual = this.isOff ? pieces.gap(at) : gap;
    this.gaps.push(actual);
    this.isFirstInLine = at === 0;
    for (let i = 0; i < actual.length; i++)
      if (actual.charCodeAt(i) === 0x0a) {
        this.isFirstInLine = true;
        this.#line++;
      }
    this.column = this.#white.after(this.column, actual, 0, actual.length);
    this.startColumn = this.column;
    this.#skip(at, kind);
    if (word !== undefined) this.isOff = word === 'off';
  }

  /** Puts as much before piece `at` as stands there now. */
  keep(at: number): void {
    this.put(at, this.#pieces.gap(at));
  }

  /** Starts a line with piece `at`; after an empty one, if `isBlank`. */
  breakTo(at: number, levels: number, column: number, isBlank: boolean = false): void {
    this.put(at, this.#white.lineTo(levels, column, isBlank));
  }

  /** Puts an empty line before piece `at`, which starts a line and is among the last. */
  addBlank(at: number): void {
    this.gaps[at] = this.#white.newline + this.gaps[at];
    this.#line++;
  }

  /** Puts a comment that ends its line behind what stands there, or below the one before. */
  putTrailing(at: number): void {
    const codeEnd = this.column;
    const sourceColumn = this.#sourceColumn(at);
    const sourceLine = this.#sourceLine;
    const isInRun =
      this.#runColumn === sourceColumn &&
      this.#runLine === this.#line - 1 &&
      this.#runSourceLine === sourceLine - 1;
    if (!isInRun) this.flush();
    this.put(at, ' ');
    this.#runColumn = sourceColumn;
    this.#runLine = this.#line;
    this.#runSourceLine = sourceLine;
    if (!this.isOff) this.#run.push({ piece: at, codeEnd });
  }

  /** Aligns the comments that stood below each other. */
  flush(): void {
    const run = this.#run;
    this.#run = [];
    if (run.length < 2) return;
    const end = run.reduce((most, each) => Math.max(most, each.codeEnd), 0);
    if (end > ALIGNED_COMMENT_COLUMNS) return;
    for (const { piece, codeEnd } of run) this.gaps[piece] = ' '.repeat(end + 1 - codeEnd);
  }

  /** Moves past the piece itself, which may have several lines. */
  #skip(at: number, kind: number): void {
    const { text } = this.#pieces;
    const start = this.#pieces.start(at);
    const end = this.#pieces.end(at);
    const mayBreak = kind === PIECE.raw || kind === PIECE.string || kind === PIECE.cell;
    if (!mayBreak && kind !== PIECE.directive) {
      this.column += end - start;
      return;
    }
    let last = -1;
    for (let i = start; i < end; i++)
      if (text.charCodeAt(i) === 0x0a) {
        last = i;
        this.#line++;
      }
    this.column = last < 0 ? this.column + end - start : this.#white.after(0, text, last + 1, end);
  }

  /** The column of a comment as it was written; counts lines on the way. */
  #sourceColumn(at: number): number {
    const { text } = this.#pieces;
    const start = this.#pieces.start(at);
    let lineStart = this.#countedTo;
    for (let i = this.#countedTo; i < start; i++)
      if (text.charCodeAt(i) === 0x0a) {
        this.#sourceLine++;
        lineStart = i + 1;
      }
    this.#countedTo = lineStart;
    return this.#white.after(0, text, lineStart, start);
  }
}
