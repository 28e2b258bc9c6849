// What the engine's process and a kernel's process say to each other, in frames on one socket.
import { deserialize, serialize } from 'node:v8';
import type {
  ApiAnswer,
  ApiCall,
  ApiValue,
  CallbackOutcome,
  KernelBoot,
  LoadedDriver,
} from '../index.ts';

/** To a kernel's process. */
export type Request =
  | { readonly kind: 'load'; readonly boot: KernelBoot }
  | {
      readonly kind: 'call';
      readonly driver: string;
      readonly callback: string;
      readonly args: readonly ApiValue[];
    }
  | { readonly kind: 'answer'; readonly answer: ApiAnswer };

/** From a kernel's process. */
export type Response =
  | { readonly kind: 'loaded'; readonly drivers: readonly LocatedDriver[] }
  | { readonly kind: 'api'; readonly call: ApiCall }
  | { readonly kind: 'outcome'; readonly outcome: CallbackOutcome };

/** A loaded driver, with where its functions are, for when one of them never returns. */
export interface LocatedDriver extends LoadedDriver {
  readonly sites: Readonly<Record<string, ApiCall['site']>>;
}

/** File descriptor of the socket in a kernel's process. */
export const SOCKET_FD = 3;
/** A frame is its length as a u32 and a value as node:v8 serializes it. */
export const HEADER_BYTES = 4;
/** Longer frames are refused on both sides. */
export const MAX_FRAME_BYTES: number = 64 << 20;

export function encodeFrame(message: Request | Response): Buffer {
  const body = serialize(message);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32LE(body.length, 0);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

export function decodeFrame<Message extends Request | Response>(body: Uint8Array): Message {
  return deserialize(body) as Message;
}
