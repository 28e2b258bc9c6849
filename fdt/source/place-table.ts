import type { SourceFile } from '../text.ts';

/** Numbers that are kept of a property. */
export const PLACE_NAME_START = 0;
export const PLACE_NAME_END = 1;
/** After the `=`; -1 without one. */
export const PLACE_VALUE_START = 2;
/** After the `;`, or where what was understood ends; the end of the name if in another file. */
export const PLACE_END = 3;
/** Numbers of a plain value; -1 for a value that is not plain. */
export const PLACE_CELLS = 4;
/** Of a plain value: HAS_OTHERS, and the width that its arrays give. */
export const PLACE_SHAPE = 5;

const COLUMNS = 6;
const INITIAL_ROWS = 64;

/**
 * The numbers of all properties of one file. Outside of the heap: a collector that has to look at
 * each of them takes longer than reading the text does.
 */
export class PlaceTable {
  readonly source: SourceFile;
  #numbers = new Int32Array(INITIAL_ROWS * COLUMNS);
  #length = 0;

  constructor(source: SourceFile) {
    this.source = source;
  }

  /** Adds a row; returns what it is asked for by. */
  add(
    nameStart: number,
    nameEnd: number,
    valueStart: number,
    end: number,
    cells: number,
    shape: number,
  ): number {
    if (this.#length === this.#numbers.length) {
      const grown = new Int32Array(this.#length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    const row = this.#length;
    this.#numbers[row + PLACE_NAME_START] = nameStart;
    this.#numbers[row + PLACE_NAME_END] = nameEnd;
    this.#numbers[row + PLACE_VALUE_START] = valueStart;
    this.#numbers[row + PLACE_END] = end;
    this.#numbers[row + PLACE_CELLS] = cells;
    this.#numbers[row + PLACE_SHAPE] = shape;
    this.#length += COLUMNS;
    return row;
  }

  get(row: number, column: number): number {
    return this.#numbers[row + column] as number;
  }

  /** Notes that all of a row stands `delta` further. */
  move(row: number, delta: number): void {
    const numbers = this.#numbers;
    for (const column of [PLACE_NAME_START, PLACE_NAME_END, PLACE_END]) {
      numbers[row + column] = (numbers[row + column] as number) + delta;
    }
    const valueStart = numbers[row + PLACE_VALUE_START] as number;
    if (valueStart >= 0) numbers[row + PLACE_VALUE_START] = valueStart + delta;
  }
}
