// The grammar of what stands between `=` and `;`, as far as spaces depend on it.
import { isDigitUnit, isLabelStart } from '../source/characters.ts';
import type { PieceCursor } from './piece-cursor.ts';
import { PIECE } from './pieces.ts';

/** Longest first, so that `<<` is not taken for `<`. */
const BINARY = ['||', '&&', '==', '!=', '<<', '>>', '<=', '>='];
const NUMBER = /^(0[xX][0-9a-fA-F]+|[0-9]+)(U|L|UL|LL|ULL)?$/;
const BINARY_UNITS = '|^&<>+-*/%?:';

/** Takes what values are made of. Each method is false, with the cursor where it failed, if not. */
export class ValueReader {
  readonly #cursor: PieceCursor;

  constructor(cursor: PieceCursor) {
    this.#cursor = cursor;
  }

  /** Values with commas between them, up to the `;`, which is taken too. */
  values(): boolean {
    const cursor = this.#cursor;
    for (;;) {
      this.labels();
      if (!this.#value(cursor.next())) return false;
      this.labels();
      const unit = cursor.next();
      if (unit === 0x3b) {
        cursor.take(PIECE.semicolon, cursor.offset + 1);
        return true;
      }
      if (unit !== 0x2c) return false;
      cursor.take(PIECE.comma, cursor.offset + 1);
    }
  }

  /** Labels, if any stand here. */
  labels(): void {
    const cursor = this.#cursor;
    while (isLabelStart(cursor.next())) {
      const end = cursor.wordEnd(cursor.offset);
      if (cursor.unitAt(end) !== 0x3a) return;
      cursor.take(PIECE.label, end + 1);
    }
  }

  reference(): boolean {
    const cursor = this.#cursor;
    const start = cursor.offset + 1;
    if (isLabelStart(cursor.unitAt(start))) {
      cursor.take(PIECE.reference, cursor.wordEnd(start));
      return true;
    }
    const end = cursor.pathEnd();
    if (end === undefined) return false;
    cursor.take(PIECE.reference, end);
    return true;
  }

  /** A number, a character or an expression in parentheses. */
  integer(): boolean {
    const unit = this.#cursor.next();
    if (unit === 0x28) return this.#expression();
    if (unit === 0x27) return this.#literal(PIECE.cell);
    return isDigitUnit(unit) && this.#word();
  }

  #value(unit: number): boolean {
    const cursor = this.#cursor;
    if (unit === 0x22) return this.#literal(PIECE.string);
    if (unit === 0x26) return this.reference();
    if (unit === 0x3c) return this.#cells();
    if (unit === 0x5b) return this.#bytes();
    if (unit !== 0x2f) return false;
    if (cursor.startsWith('/incbin/')) return this.#incbin();
    if (!cursor.startsWith('/bits/')) return false;
    cursor.take(PIECE.keyword, cursor.offset + '/bits/'.length);
    return isDigitUnit(cursor.next()) && this.#word() && cursor.next() === 0x3c && this.#cells();
  }

  #literal(kind: typeof PIECE.string | typeof PIECE.cell): boolean {
    const end = this.#cursor.literalEnd();
    if (end === undefined) return false;
    this.#cursor.take(kind, end);
    return true;
  }

  /** A number or the name of a macro. */
  #word(): boolean {
    const cursor = this.#cursor;
    const end = cursor.wordEnd(cursor.offset);
    // Where a number ends and a label begins without a space between them is for the parser.
    if (cursor.unitAt(end) === 0x3a && !NUMBER.test(cursor.text.slice(cursor.offset, end)))
      return false;
    cursor.take(PIECE.cell, end);
    return true;
  }

  #cells(): boolean {
    const cursor = this.#cursor;
    cursor.take(PIECE.openCells, cursor.offset + 1);
    for (;;) {
      this.labels();
      const unit = cursor.next();
      if (unit === 0x3e) {
        cursor.take(PIECE.closeCells, cursor.offset + 1);
        return true;
      }
      if (unit === 0x26) {
        if (!this.reference()) return false;
      } else if (isLabelStart(unit)) {
        if (!this.#word()) return false;
        if (cursor.unitAt(cursor.offset) === 0x28 && !this.#expression()) return false;
      } else if (!this.integer()) return false;
    }
  }

  #bytes(): boolean {
    const cursor = this.#cursor;
    cursor.take(PIECE.openBytes, cursor.offset + 1);
    for (;;) {
      const unit = cursor.next();
      if (unit === 0x5d) {
        cursor.take(PIECE.closeBytes, cursor.offset + 1);
        return true;
      }
      let end = cursor.wordEnd(cursor.offset);
      if (end === cursor.offset) return false;
      if (cursor.unitAt(end) === 0x3a) end++;
      cursor.take(PIECE.bytes, end);
    }
  }

  #incbin(): boolean {
    const cursor = this.#cursor;
    cursor.take(PIECE.keyword, cursor.offset + '/incbin/'.length);
    if (cursor.next() !== 0x28) return false;
    cursor.take(PIECE.openCall, cursor.offset + 1);
    if (cursor.next() !== 0x22 || !this.#literal(PIECE.string)) return false;
    for (let i = 0; i < 2 && cursor.next() === 0x2c; i++) {
      cursor.take(PIECE.comma, cursor.offset + 1);
      if (!this.integer()) return false;
    }
    if (cursor.next() !== 0x29) return false;
    cursor.take(PIECE.closeParen, cursor.offset + 1);
    return true;
  }

  /** The cursor is at the parenthesis; of the call of a macro if that touches its name. */
  #expression(): boolean {
    const cursor = this.#cursor;
    let depth = 0;
    /** Depths at which the parentheses of calls are open; commas are for these. */
    const calls: number[] = [];
    const open = (isCall: boolean): void => {
      cursor.take(isCall ? PIECE.openCall : PIECE.openParen, cursor.offset + 1);
      depth++;
      if (isCall) calls.push(depth);
    };
    const close = (): void => {
      cursor.take(PIECE.closeParen, cursor.offset + 1);
      if (calls.at(-1) === depth) calls.pop();
      depth--;
    };
    open(isWordBefore(cursor));
    for (let isOperandDue = true; depth > 0; ) {
      const unit = cursor.next();
      if (!isOperandDue) {
        if (unit === 0x29) close();
        else if (unit === 0x2c && calls.at(-1) === depth) {
          cursor.take(PIECE.comma, cursor.offset + 1);
          isOperandDue = true;
        } else if (this.#binary(unit)) isOperandDue = true;
        else return false;
      } else if (unit === 0x28) open(false);
      else if (unit === 0x29 && this.#isCallEmpty()) {
        close();
        isOperandDue = false;
      } else if (unit === 0x2d || unit === 0x7e || unit === 0x21) {
        cursor.take(PIECE.unary, cursor.offset + 1);
      } else if (unit === 0x27) {
        if (!this.#literal(PIECE.cell)) return false;
        isOperandDue = false;
      } else if (isDigitUnit(unit) || isLabelStart(unit)) {
        if (!this.#word()) return false;
        const isCall = cursor.unitAt(cursor.offset) === 0x28 && isLabelStart(unit);
        if (isCall) open(true);
        else isOperandDue = false;
      } else return false;
    }
    return true;
  }

  #isCallEmpty(): boolean {
    const { pieces } = this.#cursor;
    return pieces.kind(pieces.count - 1) === PIECE.openCall;
  }

  #binary(unit: number): boolean {
    const cursor = this.#cursor;
    if (unit === 0x2f && cursor.startsWith('/include/')) return false;
    const long = BINARY.find((each) => cursor.startsWith(each));
    if (long === undefined && (unit < 0 || !BINARY_UNITS.includes(String.fromCharCode(unit))))
      return false;
    cursor.take(PIECE.binary, cursor.offset + (long?.length ?? 1));
    return true;
  }
}

/** A macro's name touches the parenthesis that the cursor is at. */
function isWordBefore({ pieces, offset }: PieceCursor): boolean {
  const last = pieces.count - 1;
  return (
    pieces.kind(last) === PIECE.cell &&
    pieces.end(last) === offset &&
    isLabelStart(pieces.text.charCodeAt(pieces.start(last)))
  );
}
