// Divides a source into pieces and says which statement each begins. What is not understood is one
// piece, up to where the parser would begin anew, so that nothing in it is ever changed.
import { isLabelStart, isSpaceUnit } from '../source/characters.ts';
import type { SourceFile } from '../text.ts';
import { AT, PieceCursor } from './piece-cursor.ts';
import { PIECE, type Pieces, ROLE, type Role } from './pieces.ts';
import { ValueReader } from './value-reader.ts';

/** The pieces of `source`, which may be any text. Takes time in proportion to its length. */
export function readPieces(source: SourceFile): Pieces {
  return new Reader(source).read();
}

class Reader {
  readonly #cursor: PieceCursor;
  readonly #values: ValueReader;
  readonly #pieces: Pieces;
  #depth = 0;
  /** A node was closed without a `;`, and the parser skips what follows in the same line. */
  #isSkipping = false;

  constructor(source: SourceFile) {
    this.#cursor = new PieceCursor(source);
    this.#pieces = this.#cursor.pieces;
    this.#values = new ValueReader(this.#cursor);
  }

  read(): Pieces {
    const cursor = this.#cursor;
    const pieces = this.#pieces;
    for (;;) {
      const first = pieces.count;
      cursor.isInStatement = false;
      const unit = cursor.next();
      cursor.isInStatement = true;
      for (let i = first; i < pieces.count; i++)
        if (pieces.kind(i) !== PIECE.commentLine) pieces.setRole(i, ROLE.comment);
      if (unit === AT.end) return pieces;
      this.#statement(unit);
    }
  }

  #statement(unit: number): void {
    const cursor = this.#cursor;
    const pieces = this.#pieces;
    const first = pieces.count;
    const start = cursor.offset;
    cursor.lastEnd = start;
    const line = unit === AT.line ? cursor.lineEnd() : undefined;
    if (line !== undefined) {
      cursor.take(line.kind, line.end);
      pieces.setRole(first, ROLE.line);
      return;
    }
    const isSkipped = this.#isSkipping;
    this.#isSkipping = false;
    if (unit === 0x7d && this.#depth > 0) {
      this.#close();
      return;
    }
    const role = isSkipped ? undefined : this.#item(unit);
    if (role !== undefined) {
      pieces.setRole(first, role);
      if (role === ROLE.header) this.#depth++;
      return;
    }
    this.#raw(first, start);
  }

  /** The cursor is at a brace that closes a node. */
  #close(): void {
    const cursor = this.#cursor;
    const pieces = this.#pieces;
    this.#depth--;
    cursor.take(PIECE.closeBrace, cursor.offset + 1);
    const { count } = pieces;
    pieces.setRole(count - 1, ROLE.closing);
    const { offset } = cursor;
    const unit = cursor.next();
    if (unit === 0x3b) cursor.take(PIECE.semicolon, cursor.offset + 1);
    else {
      this.#isSkipping = unit > 0 && unit !== 0x7d && !cursor.isOnNewLine;
      pieces.truncate(count);
      cursor.offset = offset;
    }
  }

  /** Takes one statement, up to its `;` or `{`; undefined where it is broken. */
  #item(first: number): Role | undefined {
    const cursor = this.#cursor;
    if (first === 0x2f && cursor.startsWith('/include/')) return this.#include();
    this.#values.labels();
    let unit = cursor.next();
    const isOmitted = unit === 0x2f && cursor.startsWith('/omit-if-no-ref/');
    if (isOmitted) {
      cursor.take(PIECE.keyword, cursor.offset + '/omit-if-no-ref/'.length);
      this.#values.labels();
      unit = cursor.next();
    }
    if (unit === 0x26) {
      if (!this.#values.reference()) return undefined;
      return this.#brace() ?? (isOmitted && this.#semicolon() ? ROLE.statement : undefined);
    }
    if (unit === 0x2f) return isOmitted ? undefined : this.#keyword();
    return this.#named();
  }

  #include(): Role | undefined {
    const cursor = this.#cursor;
    cursor.take(PIECE.keyword, cursor.offset + '/include/'.length);
    while (isSpaceUnit(cursor.unitAt(cursor.offset))) cursor.offset++;
    if (cursor.unitAt(cursor.offset) !== 0x22) return undefined;
    const end = cursor.literalEnd();
    if (end === undefined) return undefined;
    cursor.take(PIECE.string, end);
    return ROLE.statement;
  }

  #keyword(): Role | undefined {
    const cursor = this.#cursor;
    const end = cursor.nameEnd(cursor.offset + 1);
    const isWord = end !== undefined && cursor.unitAt(end) === 0x2f;
    if (!isWord) {
      cursor.take(PIECE.name, cursor.offset + 1);
      return this.#brace();
    }
    const word = cursor.text.slice(cursor.offset, end + 1);
    cursor.take(PIECE.keyword, end + 1);
    switch (word) {
      case '/dts-v1/':
      case '/plugin/':
        return this.#semicolon() ? ROLE.statement : undefined;
      case '/memreserve/': {
        const isWhole = this.#values.integer() && this.#values.integer() && this.#semicolon();
        return isWhole ? ROLE.statement : undefined;
      }
      case '/delete-node/':
      case '/delete-property/': {
        const isReference = cursor.next() === 0x26;
        const isWhole =
          (isReference ? this.#values.reference() : this.#name()) && this.#semicolon();
        if (!isWhole) return undefined;
        return word === '/delete-node/' ? ROLE.statement : ROLE.property;
      }
      default:
        return undefined;
    }
  }

  #named(): Role | undefined {
    const cursor = this.#cursor;
    if (!this.#name()) return undefined;
    if (cursor.next() === 0x3d) {
      cursor.take(PIECE.equals, cursor.offset + 1);
      return this.#values.values() ? ROLE.property : undefined;
    }
    return this.#brace() ?? (this.#semicolon() ? ROLE.property : undefined);
  }

  #name(): boolean {
    const cursor = this.#cursor;
    // A line for the preprocessor may begin as a name does.
    if (cursor.next() < 0) return false;
    const end = cursor.nameEnd(cursor.offset);
    if (end === undefined) return false;
    cursor.take(PIECE.name, end);
    return true;
  }

  #brace(): Role | undefined {
    const cursor = this.#cursor;
    if (cursor.next() !== 0x7b) return undefined;
    cursor.take(PIECE.openBrace, cursor.offset + 1);
    return ROLE.header;
  }

  #semicolon(): boolean {
    const cursor = this.#cursor;
    if (cursor.next() !== 0x3b) return false;
    cursor.take(PIECE.semicolon, cursor.offset + 1);
    return true;
  }

  /** Makes one piece of a statement that began at `start`; the cursor is where it broke. */
  #raw(first: number, start: number): void {
    const cursor = this.#cursor;
    this.#pieces.truncate(first);
    const isOpening = this.#recover(start);
    const end = cursor.lastEnd;
    cursor.offset = start;
    cursor.take(PIECE.raw, end);
    this.#pieces.setRole(first, isOpening ? ROLE.rawHeader : ROLE.raw);
    if (isOpening) this.#depth++;
  }

  /**
   * Moves `lastEnd` to where the parser would begin anew: after `;`, before `}`, or before a line
   * that starts as a statement does. True after `{`, which opens a node with a broken header.
   */
  #recover(start: number): boolean {
    const cursor = this.#cursor;
    for (;;) {
      const unit = cursor.next(false);
      const isFirst = cursor.lastEnd === start;
      if (unit === AT.openComment) {
        cursor.lastEnd = cursor.text.length;
        return false;
      }
      if (unit < 0) {
        if (!isFirst || unit === AT.end) return false;
      } else if (!isFirst && (unit === 0x7d || (cursor.isOnNewLine && startsStatement(unit))))
        return false;
      cursor.offset = cursor.roughTokenEnd();
      cursor.lastEnd = cursor.offset;
      if (unit === 0x3b) return false;
      if (unit === 0x7b) return true;
    }
  }
}

function startsStatement(unit: number): boolean {
  return isLabelStart(unit) || unit === 0x2f || unit === 0x26 || unit === 0x23;
}
