const PIECE_BITS = 14;
const PIECE_LENGTH: number = 1 << PIECE_BITS;

type Numbers = Float64Array | Uint32Array;

/** Numbers in pieces, so that growing copies nothing. */
export class NumberColumn {
  readonly #newPiece: (length: number) => Numbers;
  readonly #pieces: Numbers[] = [];
  #last: Numbers;
  #length = 0;

  /** Of any numbers, or of whole ones of 32 bits. */
  constructor(type: 'float64' | 'uint32') {
    this.#newPiece = (length) =>
      type === 'float64' ? new Float64Array(length) : new Uint32Array(length);
    this.#last = this.#newPiece(0);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length & (PIECE_LENGTH - 1);
    if (at === 0) {
      this.#last = this.#newPiece(PIECE_LENGTH);
      this.#pieces.push(this.#last);
    }
    this.#last[at] = value;
    this.#length += 1;
  }

  at(index: number): number {
    return this.#pieces[index >> PIECE_BITS]?.[index & (PIECE_LENGTH - 1)] as number;
  }
}
