import { lineStarts, type SourceFile } from '../fdt/index.ts';

/** Tokens of one answer; what is beyond keeps the colours that the grammar gives it. */
export const MAX_TOKENS = 500_000;

/** Makes one number, which sorts fast, of a place and the index of the token that starts there. */
const INDEX_RANGE = 2 ** 20;

/** The tokens of one file, gathered in any order. Columns of numbers: there may be many. */
export class TokenColumns {
  readonly #source: SourceFile;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #types: number[] = [];
  readonly #modifiers: number[] = [];
  /** One bit for each place of the file: a file that is included again says nothing new. */
  readonly #taken: Uint8Array;

  constructor(source: SourceFile) {
    this.#source = source;
    this.#taken = new Uint8Array((source.text.length >> 3) + 1);
  }

  get isFull(): boolean {
    return this.#starts.length >= MAX_TOKENS;
  }

  /** Adds a token, unless it is empty or one that starts at the same place is there already. */
  add(start: number, end: number, type: number, modifiers: number): void {
    if (end <= start || end > this.#source.text.length || this.isFull) return;
    const bit = 1 << (start & 7);
    const byte = this.#taken[start >> 3] ?? 0;
    if ((byte & bit) !== 0) return;
    this.#taken[start >> 3] = byte | bit;
    this.#starts.push(start);
    this.#ends.push(end);
    this.#types.push(type);
    this.#modifiers.push(modifiers);
  }

  /**
   * Five numbers a token, as the protocol has them: lines after the one before, columns after it or
   * after the start of the line, length, type, modifiers. A token of several lines is one per line;
   * one that starts inside another is left out.
   */
  encode(): number[] {
    const { text } = this.#source;
    const lines = lineStarts(this.#source);
    const encoded: number[] = [];
    let line = 0;
    let lastLine = 0;
    let lastStart = 0;
    let covered = 0;
    for (const index of this.#inOrder()) {
      let start = this.#starts[index] as number;
      const end = this.#ends[index] as number;
      if (start < covered) continue;
      covered = end;
      while (start < end) {
        while ((lines[line + 1] ?? Number.POSITIVE_INFINITY) <= start) line++;
        const next = lines[line + 1] ?? text.length;
        const stop = end < next ? end : endOfLine(text, start, next);
        if (stop > start) {
          const lineStart = lines[line] as number;
          const from = line === lastLine ? lastStart : lineStart;
          const type = this.#types[index] as number;
          const modifiers = this.#modifiers[index] as number;
          encoded.push(line - lastLine, start - from, stop - start, type, modifiers);
          lastLine = line;
          lastStart = start;
        }
        start = next;
      }
    }
    return encoded;
  }

  /** Indices of the tokens by where they start; nearly all were added in that order. */
  #inOrder(): Uint32Array {
    const starts = this.#starts;
    const keys = new Float64Array(starts.length);
    let isSorted = true;
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i] as number;
      if (i > 0 && start < (starts[i - 1] as number)) isSorted = false;
      keys[i] = start * INDEX_RANGE + i;
    }
    if (!isSorted) keys.sort();
    const indices = new Uint32Array(keys.length);
    for (let i = 0; i < keys.length; i++) indices[i] = (keys[i] as number) % INDEX_RANGE;
    return indices;
  }
}

/** Where the line ends that goes on to `next`, without what ends it. */
function endOfLine(text: string, start: number, next: number): number {
  let end = next;
  while (end > start && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return end;
}
