const FIRST_CHUNK_BYTES = 4096;
const MAX_CHUNK_BYTES = 1 << 20;

/** Memory that the values of a tree share: an array for each would cost more than what is in it. */
export class ValuePool {
  /** What is written to now, from `length` on. */
  bytes: Uint8Array = new Uint8Array(FIRST_CHUNK_BYTES);
  length = 0;

  /** Makes room for `count` bytes at `length` of `bytes`, which may then be others. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const size = Math.max(Math.min(this.bytes.length * 2, MAX_CHUNK_BYTES), count);
    this.bytes = new Uint8Array(size);
    this.length = 0;
  }
}
