/** Entries before the table is made larger. */
const FIRST_CAPACITY = 16;
/** Of eight slots, this many are in use at most: what is next to each other is read at once. */
const MAX_USED_OF_EIGHT = 5;
const EMPTY = -1;
/** A key that was removed: searches go on behind it. */
const REMOVED = -2;

/**
 * A map from whole numbers that are not negative, such as page frames, to numbers. There are
 * millions of pages: an entry takes 52 bytes at most, and none of them are objects.
 */
export class NumberMap {
  /** A key and its value, in turns: who finds the one has fetched the other. */
  #slots: Float64Array = new Float64Array(2 * FIRST_CAPACITY).fill(EMPTY);
  #mask = FIRST_CAPACITY - 1;
  #size = 0;
  /** Slots that are not empty, those of removed keys included. */
  #used = 0;

  get size(): number {
    return this.#size;
  }

  /** Slots, of which some are always empty. */
  get capacity(): number {
    return this.#mask + 1;
  }

  get(key: number): number | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#find(key);
    return slot < 0 ? undefined : this.#slots[slot + 1];
  }

  has(key: number): boolean {
    return this.#size > 0 && this.#find(key) >= 0;
  }

  set(key: number, value: number): void {
    this.exchange(key, value);
  }

  /** Sets a value; the result is the one before, if there was one. */
  exchange(key: number, value: number): number | undefined {
    const found = this.#find(key);
    if (found >= 0) {
      const before = this.#slots[found + 1];
      this.#slots[found + 1] = value;
      return before;
    }
    if ((this.#used + 1) * 8 > this.capacity * MAX_USED_OF_EIGHT) this.#grow();
    this.#insert(key, value);
    this.#size += 1;
    return undefined;
  }

  /** True if it was there. */
  delete(key: number): boolean {
    return this.take(key) !== undefined;
  }

  /** Removes a key; the result is its value. */
  take(key: number): number | undefined {
    if (this.#size === 0) return undefined;
    const slots = this.#slots;
    const slot = this.#find(key);
    if (slot < 0) return undefined;
    const value = slots[slot + 1];
    this.#size -= 1;
    const last = 2 * this.#mask + 1;
    // What is last of a run leaves no trace, so that blocks may come and go for ever.
    if (slots[(slot + 2) & last] !== EMPTY) slots[slot] = REMOVED;
    else {
      let at = slot;
      do {
        slots[at] = EMPTY;
        this.#used -= 1;
        at = (at - 2) & last;
      } while (slots[at] === REMOVED);
    }
    return value;
  }

  clear(): void {
    this.#allocate(FIRST_CAPACITY);
    this.#size = 0;
  }

  /** All keys, ascending. */
  sortedKeys(): Float64Array {
    const keys = new Float64Array(this.#size);
    const slots = this.#slots;
    let count = 0;
    for (let slot = 0; slot < slots.length; slot += 2)
      if ((slots[slot] as number) >= 0) keys[count++] = slots[slot] as number;
    return keys.sort();
  }

  /** Where a key is; negative if it is nowhere. */
  #find(key: number): number {
    const slots = this.#slots;
    const last = 2 * this.#mask + 1;
    for (let slot = (hash(key) & this.#mask) * 2; ; slot = (slot + 2) & last) {
      const here = slots[slot];
      if (here === key) return slot;
      if (here === EMPTY) return -1;
    }
  }

  #insert(key: number, value: number): void {
    const slots = this.#slots;
    const last = 2 * this.#mask + 1;
    let slot = (hash(key) & this.#mask) * 2;
    while ((slots[slot] as number) >= 0) slot = (slot + 2) & last;
    if (slots[slot] === EMPTY) this.#used += 1;
    slots[slot] = key;
    slots[slot + 1] = value;
  }

  #grow(): void {
    const slots = this.#slots;
    const { capacity } = this;
    this.#allocate(this.#size * 4 > capacity ? capacity * 2 : capacity);
    for (let slot = 0; slot < slots.length; slot += 2) {
      const key = slots[slot] as number;
      if (key >= 0) this.#insert(key, slots[slot + 1] as number);
    }
  }

  #allocate(capacity: number): void {
    this.#slots = new Float64Array(2 * capacity).fill(EMPTY);
    this.#mask = capacity - 1;
    this.#used = 0;
  }
}

/** Page frames are often next to each other, or powers of two apart. */
function hash(key: number): number {
  const high = key < 2 ** 32 ? 0 : Math.floor(key / 2 ** 32);
  let mixed = Math.imul((key | 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
