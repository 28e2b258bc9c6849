// What stands between two pieces of one statement in one line, and where a line may end.
import { PIECE, type Pieces } from './pieces.ts';

/** The white space before piece `at` if it is in one line with the piece before. */
export function spaceBefore(pieces: Pieces, at: number): '' | ' ' {
  switch (pieces.kind(at)) {
    case PIECE.semicolon:
    case PIECE.comma:
    case PIECE.closeCells:
    case PIECE.closeBytes:
    case PIECE.closeParen:
    case PIECE.openCall:
      return '';
    default:
  }
  return opens(pieces, at - 1) ? '' : ' ';
}

/** Columns of piece `at` with the space before it. */
export function columnsOf(pieces: Pieces, at: number): number {
  return spaceBefore(pieces, at).length + pieces.length(at);
}

/** Columns of the bracket `close` and of the comma or semicolon that touches it. */
export function closingColumns(pieces: Pieces, close: number): number {
  return spaceBefore(pieces, close + 1) === '' ? 2 : 1;
}

/** True where the user has ended a line in `< … >` or `[ … ]` and it stays so. */
export function isKeptBreak(pieces: Pieces, at: number): boolean {
  const isFixed =
    opens(pieces, at - 1) ||
    pieces.kind(at - 1) === PIECE.label ||
    (spaceBefore(pieces, at) === '' && !pieces.isComment(at - 1));
  return !isFixed && pieces.breaksBefore(at) > 0;
}

/** Whether what follows a piece touches it. */
function opens(pieces: Pieces, at: number): boolean {
  switch (pieces.kind(at)) {
    case PIECE.openCells:
    case PIECE.openBytes:
    case PIECE.openParen:
    case PIECE.openCall:
    case PIECE.unary:
      return true;
    default:
      return false;
  }
}
