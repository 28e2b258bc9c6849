// Names as they are read: the same name is the same string, however often it is written. Most names
// of a large source are a few that repeat, and a string made for each would be most of the memory.

const INITIAL_SLOTS = 1024;

/** Gives the strings of names without making one for a name that was read before. */
export class NameTable {
  #slots: (string | undefined)[] = new Array(INITIAL_SLOTS).fill(undefined);
  #hashes = new Int32Array(INITIAL_SLOTS);
  #count = 0;

  /** The name from `start` to `end`; `hash` must depend on nothing but its characters. */
  name(text: string, start: number, end: number, hash: number): string {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const known = this.#slots[slot];
      if (known === undefined) break;
      const isSame =
        this.#hashes[slot] === hash &&
        known.length === end - start &&
        text.startsWith(known, start);
      if (isSame) return known;
      slot = (slot + 1) & mask;
    }
    const name = text.slice(start, end);
    this.#slots[slot] = name;
    this.#hashes[slot] = hash;
    if (++this.#count * 2 > this.#slots.length) this.#grow();
    return name;
  }

  #grow(): void {
    const slots = this.#slots;
    const hashes = this.#hashes;
    this.#slots = new Array(slots.length * 2).fill(undefined);
    this.#hashes = new Int32Array(slots.length * 2);
    const mask = this.#slots.length - 1;
    for (const [i, name] of slots.entries()) {
      if (name === undefined) continue;
      let slot = (hashes[i] as number) & mask;
      while (this.#slots[slot] !== undefined) slot = (slot + 1) & mask;
      this.#slots[slot] = name;
      this.#hashes[slot] = hashes[i] as number;
    }
  }
}
