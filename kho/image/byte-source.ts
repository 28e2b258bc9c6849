/** Bytes that can be read anywhere, such as a file too large for memory. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * The bytes at `offset`: fewer than `lengthBytes` only where the source ends. They may be the
   * source's own and are not to be written to.
   */
  read(offset: number, lengthBytes: number): Uint8Array;
}

/** Bytes in memory as a source; they are not copied. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
  };
}
