/** Entries before the table is made larger: at most half of it is in use. */
const FIRST_CAPACITY = 16;
const EMPTY = -1;
/** A key that was removed: searches go on behind it. */
const REMOVED = -2;

/**
 * A map from whole numbers that are not negative, such as page frames, to numbers of 31 bits. There
 * are millions of pages: an entry takes 24 bytes at most, and none of them are objects.
 */
export class NumberMap {
  #keys: Float64Array = new Float64Array(FIRST_CAPACITY).fill(EMPTY);
  #values: Int32Array = new Int32Array(FIRST_CAPACITY);
  #mask = FIRST_CAPACITY - 1;
  #size = 0;
  /** Slots that are not empty, those of removed keys included. */
  #used = 0;

  get size(): number {
    return this.#size;
  }

  /** Entries that there is room for, twice. */
  get capacity(): number {
    return this.#keys.length;
  }

  get(key: number): number | undefined {
    const slot = this.#find(key);
    return slot < 0 ? undefined : this.#values[slot];
  }

  has(key: number): boolean {
    return this.#find(key) >= 0;
  }

  set(key: number, value: number): void {
    const found = this.#find(key);
    if (found >= 0) {
      this.#values[found] = value;
      return;
    }
    if ((this.#used + 1) * 2 > this.#keys.length) this.#grow();
    this.#insert(key, value);
    this.#size += 1;
  }

  /** True if it was there. */
  delete(key: number): boolean {
    const slot = this.#find(key);
    if (slot < 0) return false;
    this.#size -= 1;
    // What is last of a run leaves no trace, so that blocks may come and go for ever.
    if (this.#keys[(slot + 1) & this.#mask] !== EMPTY) this.#keys[slot] = REMOVED;
    else {
      let last = slot;
      do {
        this.#keys[last] = EMPTY;
        this.#used -= 1;
        last = (last - 1) & this.#mask;
      } while (this.#keys[last] === REMOVED);
    }
    return true;
  }

  clear(): void {
    this.#allocate(FIRST_CAPACITY);
    this.#size = 0;
  }

  /** All keys, ascending. */
  sortedKeys(): Float64Array {
    const keys = new Float64Array(this.#size);
    let count = 0;
    for (const key of this.#keys) if (key >= 0) keys[count++] = key;
    return keys.sort();
  }

  #find(key: number): number {
    const keys = this.#keys;
    for (let slot = hash(key) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const here = keys[slot];
      if (here === key) return slot;
      if (here === EMPTY) return -1;
    }
  }

  #insert(key: number, value: number): void {
    let slot = hash(key) & this.#mask;
    while ((this.#keys[slot] as number) >= 0) slot = (slot + 1) & this.#mask;
    if (this.#keys[slot] === EMPTY) this.#used += 1;
    this.#keys[slot] = key;
    this.#values[slot] = value;
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#allocate(this.#size * 4 > keys.length ? keys.length * 2 : keys.length);
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot] as number;
      if (key >= 0) this.#insert(key, values[slot] as number);
    }
  }

  #allocate(capacity: number): void {
    this.#keys = new Float64Array(capacity).fill(EMPTY);
    this.#values = new Int32Array(capacity);
    this.#mask = capacity - 1;
    this.#used = 0;
  }
}

/** Page frames are often next to each other, or powers of two apart. */
function hash(key: number): number {
  const high = Math.floor(key / 2 ** 32);
  let mixed = Math.imul((key | 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
