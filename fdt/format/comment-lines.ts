// Block comments of several lines move as a whole.
import type { GapWriter } from './gap-writer.ts';
import { PIECE, type Pieces } from './pieces.ts';
import type { WhiteSpace } from './white-space.ts';

/** Knows where the lines of the last block comment go. */
export class CommentLines {
  readonly #pieces: Pieces;
  readonly #gaps: GapWriter;
  readonly #white: WhiteSpace;
  #column = 0;
  #tabs = 0;
  #delta = 0;
  #isMoved = false;
  #isStarred = false;

  constructor(pieces: Pieces, gaps: GapWriter, white: WhiteSpace) {
    this.#pieces = pieces;
    this.#gaps = gaps;
    this.#white = white;
  }

  /** Puts `at`, which is a line of a block comment but not its first. */
  put(at: number): void {
    if (this.#pieces.kind(at - 1) === PIECE.blockComment) this.#begin(at - 1);
    this.#gaps.put(at, this.#isMoved ? this.#gap(at) : this.#pieces.gap(at));
  }

  #gap(at: number): string {
    const gap = this.#pieces.gap(at);
    const written = gap.slice(gap.lastIndexOf('\n') + 1);
    const breaks = this.#white.newline.repeat(this.#pieces.breaksBefore(at));
    if (this.#isStarred) return breaks + this.#white.toColumn(this.#tabs, this.#column + 1);
    if (this.#delta === 0) return breaks + written;
    const column = this.#white.after(0, written, 0, written.length) + this.#delta;
    return breaks + this.#white.toColumn(this.#tabs, Math.max(0, column));
  }

  /** The comment that begins with piece `at`, which was put last. */
  #begin(at: number): void {
    const pieces = this.#pieces;
    // Behind code it is left as it is: its lines are not aligned with anything that moves.
    this.#isMoved = this.#gaps.isFirstInLine;
    if (!this.#isMoved) return;
    this.#column = this.#gaps.startColumn;
    this.#tabs = (this.#gaps.gaps[at] as string).split('\t').length - 1;
    const written = pieces.gap(at);
    const indent = written.lastIndexOf('\n') + 1;
    this.#delta = this.#column - this.#white.after(0, written, indent, written.length);
    this.#isStarred = true;
    for (let line = at + 1; line < pieces.count && pieces.kind(line) === PIECE.commentLine; line++)
      if (pieces.text[pieces.start(line)] !== '*') this.#isStarred = false;
  }
}
