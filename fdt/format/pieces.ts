// What a source is made of once its white space is taken away, in the order it was written.

/** What a piece is; how it is spaced depends on nothing else. */
export const PIECE = {
  /** The name of a node or a property, or the slash of the root. */
  name: 0,
  /** With its colon. */
  label: 1,
  reference: 2,
  /** `/dts-v1/` and the like. */
  keyword: 3,
  openBrace: 4,
  closeBrace: 5,
  semicolon: 6,
  equals: 7,
  comma: 8,
  openCells: 9,
  closeCells: 10,
  openBytes: 11,
  closeBytes: 12,
  openParen: 13,
  /** The parenthesis that follows the name of a macro. */
  openCall: 14,
  closeParen: 15,
  /** A number, a character, or the name of a macro. */
  cell: 16,
  /** Digits of bytes, as they were grouped, with a label or without. */
  bytes: 17,
  string: 18,
  binary: 19,
  unary: 20,
  lineComment: 21,
  /** The first line of a block comment. */
  blockComment: 22,
  /** Another line of it, without the white space around. */
  commentLine: 23,
  /** A line for the C preprocessor. */
  directive: 24,
  /** A line marker of the C preprocessor. */
  lineMarker: 25,
  /** A statement that is not understood, with the white space inside. */
  raw: 26,
} as const;

export type PieceKind = (typeof PIECE)[keyof typeof PIECE];

/** What a piece begins, if it begins anything. */
export const ROLE = {
  /** It is inside of what another one began. */
  inside: 0,
  property: 1,
  /** Everything up to the brace that opens a node. */
  header: 2,
  /** The brace that closes a node, with its semicolon if there is one. */
  closing: 3,
  /** Another statement. */
  statement: 4,
  raw: 5,
  /** What is not understood and ends with a brace that opens. */
  rawHeader: 6,
  /** A comment between statements. */
  comment: 7,
  /** A line that is not DTS. */
  line: 8,
} as const;

export type Role = (typeof ROLE)[keyof typeof ROLE];

const INITIAL_PIECES = 1024;

/** The pieces of one text, which do not overlap and leave nothing but white space out. */
export class Pieces {
  readonly text: string;
  count = 0;
  #kinds: Uint8Array = new Uint8Array(INITIAL_PIECES);
  #roles: Uint8Array = new Uint8Array(INITIAL_PIECES);
  #starts: Int32Array = new Int32Array(INITIAL_PIECES);
  #ends: Int32Array = new Int32Array(INITIAL_PIECES);

  constructor(text: string) {
    this.text = text;
  }

  add(kind: PieceKind, start: number, end: number): void {
    if (this.count === this.#kinds.length) this.#grow();
    this.#kinds[this.count] = kind;
    this.#roles[this.count] = ROLE.inside;
    this.#starts[this.count] = start;
    this.#ends[this.count++] = end;
  }

  /** Forgets the pieces from `count` on. */
  truncate(count: number): void {
    this.count = count;
  }

  setRole(at: number, role: Role): void {
    this.#roles[at] = role;
  }

  kind(at: number): PieceKind {
    return this.#kinds[at] as PieceKind;
  }

  role(at: number): Role {
    return this.#roles[at] as Role;
  }

  start(at: number): number {
    return this.#starts[at] as number;
  }

  end(at: number): number {
    return this.#ends[at] as number;
  }

  length(at: number): number {
    return this.end(at) - this.start(at);
  }

  textOf(at: number): string {
    return this.text.slice(this.start(at), this.end(at));
  }

  /** Where the white space before a piece begins; `at` may be `count`, which is the end. */
  gapStart(at: number): number {
    // A byte order mark is no white space that could be taken away.
    if (at === 0) return this.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    return this.end(at - 1);
  }

  gapEnd(at: number): number {
    return at === this.count ? this.text.length : this.start(at);
  }

  gap(at: number): string {
    return this.text.slice(this.gapStart(at), this.gapEnd(at));
  }

  /** Line ends in the white space before a piece. */
  breaksBefore(at: number): number {
    let breaks = 0;
    for (let i = this.gapStart(at), end = this.gapEnd(at); i < end; i++)
      if (this.text.charCodeAt(i) === 0x0a) breaks++;
    return breaks;
  }

  isComment(at: number): boolean {
    const kind = this.kind(at);
    return kind >= PIECE.lineComment && kind <= PIECE.commentLine;
  }

  #grow(): void {
    const grown = <T extends Uint8Array | Int32Array>(before: T, after: T): T => {
      after.set(before);
      return after;
    };
    const size = this.count * 2;
    this.#kinds = grown(this.#kinds, new Uint8Array(size));
    this.#roles = grown(this.#roles, new Uint8Array(size));
    this.#starts = grown(this.#starts, new Int32Array(size));
    this.#ends = grown(this.#ends, new Int32Array(size));
  }
}
