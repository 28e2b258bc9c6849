// Messages to and from the process of a kernel: runtime/channel.c is the other side. A frame is its
// length as a u32 and values: a letter, a u64, and as many bytes as that says if they are bytes.

/** Longer frames are refused by both sides. */
export const MAX_FRAME_BYTES: number = 1 << 20;
export const HEADER_BYTES = 4;
const VALUE_BYTES = 9;

/** Numbers are signed, words and addresses are not. */
export type WireValue =
  | { readonly kind: 'number' | 'word' | 'address'; readonly value: bigint }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'nothing' };

const LETTERS = {
  number: 'i',
  word: 'u',
  address: 'p',
  text: 's',
  bytes: 'b',
  nothing: 'n',
} as const;

export const number = (value: number | bigint): WireValue => ({
  kind: 'number',
  value: BigInt(value),
});
export const word = (value: number | bigint): WireValue => ({ kind: 'word', value: BigInt(value) });
export const address = (value: bigint): WireValue => ({ kind: 'address', value });
export const text = (value: string): WireValue => ({ kind: 'text', value });
export const bytes = (value: Uint8Array): WireValue => ({ kind: 'bytes', value });
export const NOTHING: WireValue = { kind: 'nothing' };

/** A frame, ready to be sent. */
export function encodeFrame(values: readonly WireValue[]): Buffer {
  const parts: Buffer[] = [Buffer.alloc(HEADER_BYTES)];
  for (const each of values) {
    const head = Buffer.alloc(VALUE_BYTES);
    head.write(LETTERS[each.kind], 'latin1');
    parts.push(head);
    if (each.kind === 'text' || each.kind === 'bytes') {
      const body = Buffer.from(each.value as Uint8Array);
      head.writeBigUInt64LE(BigInt(body.length), 1);
      // C reads texts where they are, up to a NUL.
      parts.push(body, Buffer.alloc(1));
    } else if (each.kind !== 'nothing') head.writeBigUInt64LE(BigInt.asUintN(64, each.value), 1);
  }
  const frame = Buffer.concat(parts);
  frame.writeUInt32LE(frame.length - HEADER_BYTES, 0);
  return frame;
}

/** The values of a frame without its length; undefined if they make no sense. */
export function decodeFrame(body: Buffer): WireValue[] | undefined {
  const values: WireValue[] = [];
  for (let at = 0; at < body.length; ) {
    if (at + VALUE_BYTES > body.length) return undefined;
    const letter = String.fromCharCode(body[at] ?? 0);
    const value = body.readBigUInt64LE(at + 1);
    at += VALUE_BYTES;
    if (letter === 's' || letter === 'b') {
      const end = at + Number(value);
      if (value > BigInt(MAX_FRAME_BYTES) || end > body.length) return undefined;
      const piece = body.subarray(at, end);
      values.push(letter === 's' ? text(piece.toString('utf8')) : bytes(Uint8Array.from(piece)));
      at = end;
    } else if (letter === 'i') values.push(number(BigInt.asIntN(64, value)));
    else if (letter === 'u') values.push(word(value));
    else if (letter === 'p') values.push(address(value));
    else if (letter === 'n') values.push(NOTHING);
    else return undefined;
  }
  return values;
}

/** Takes values off the front of a message, one by one. What is not as expected is an error. */
export class MessageReader {
  readonly #values: readonly WireValue[];
  #at = 0;

  constructor(values: readonly WireValue[]) {
    this.#values = values;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#values.length;
  }

  next(): WireValue {
    const value = this.#values[this.#at++];
    if (value === undefined) throw new MalformedMessage('a message ends too early');
    return value;
  }

  text(): string {
    const value = this.next();
    if (value.kind !== 'text') throw new MalformedMessage('a text is missing');
    return value.value;
  }

  integer(): bigint {
    const value = this.next();
    if (value.kind === 'number' || value.kind === 'word' || value.kind === 'address')
      return value.value;
    throw new MalformedMessage('a number is missing');
  }

  /** Offsets in the program up to the value that ends them. */
  stack(): number[] {
    const offsets: number[] = [];
    for (let value = this.next(); value.kind === 'word'; value = this.next())
      offsets.push(Number(value.value));
    return offsets;
  }
}

/** A driver wrote to the socket, or over what is written to it. Never leaves this room. */
export class MalformedMessage extends Error {}
