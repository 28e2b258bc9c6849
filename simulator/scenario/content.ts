// What a scenario says of the bytes of a memfd: pieces of text, or of a pattern that a number
// decides.

export type ContentPiece = {
  /** In bytes. */
  readonly at: number;
} & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pattern'; readonly seed: number; readonly sizeBytes: number }
);

/** The bytes of a piece: those of a pattern differ from page to page, and from seed to seed. */
export function bytesOf(piece: ContentPiece): Uint8Array {
  if (piece.kind === 'text')
    return Uint8Array.from(piece.text, (letter) => letter.charCodeAt(0) & 0xff);
  const bytes = new Uint8Array(piece.sizeBytes);
  let state = Math.imul(piece.seed + 1, 0x9e3779b1) >>> 0 || 1;
  for (let i = 0; i < bytes.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 0xff;
  }
  return bytes;
}
