// Names as they are read: the same name is the same string, however often it is written. Most names
// of a large source are a few that repeat, and a string made for each would be most of the memory.

const INITIAL_SLOTS = 1024;

/** Gives the strings of names without making one for a name that was read before. */
export class NameTable {
  #slots: (string | undefined)[] = new Array(INITIAL_SLOTS).fill(undefined);
  #hashes = new Int32Array(INITIAL_SLOTS);
  #count = 0;

  /** The name from `start` to `end` of `text`; `hash` is what `hashed()` makes of its units. */
  name(text: string, start: number, end: number, hash: number): string {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let known = this.#slots[slot]; known !== undefined; known = this.#slots[slot]) {
      const mayBe = this.#hashes[slot] === hash && known.length === end - start;
      if (mayBe && text.startsWith(known, start)) return known;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, hash, text.slice(start, end));
  }

  /** The name that stands in bytes, one code unit a byte. */
  nameInBytes(bytes: Uint8Array, start: number, end: number): string {
    let hash = 0;
    for (let at = start; at < end; at++) hash = hashed(hash, bytes[at] as number);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let known = this.#slots[slot]; known !== undefined; known = this.#slots[slot]) {
      if (this.#hashes[slot] === hash && standsIn(bytes, start, end, known)) return known;
      slot = (slot + 1) & mask;
    }
    let name = '';
    for (let at = start; at < end; at++) name += String.fromCharCode(bytes[at] as number);
    return this.#add(slot, hash, name);
  }

  #add(slot: number, hash: number, name: string): string {
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

/** The hash of a name with one unit more. */
export function hashed(hash: number, unit: number): number {
  return (Math.imul(hash, 31) + unit) | 0;
}

function standsIn(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
