// The kernel process's end of the socket. It blocks, so that calls are synchronous as in C.
import { readSync, writeSync } from 'node:fs';
import {
  decodeRequest,
  encodeFrame,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  type Request,
  type Response,
  SOCKET_FD,
} from './protocol.ts';

/** How long to wait when the socket turns out not to block after all. */
const RETRY_MS = 1;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Sends a message; the process ends if nobody listens any more. */
export function send(message: Response): void {
  const frame = encodeFrame(message);
  if (frame.length > MAX_FRAME_BYTES)
    throw new RangeError(`a call may carry ${MAX_FRAME_BYTES >> 20} MiB at most`);
  for (let done = 0; done < frame.length; )
    done += retrying(() => writeSync(SOCKET_FD, frame, done, frame.length - done));
}

/** Waits for the next message; the process ends if none will come. */
export function receive(): Request {
  const length = readExactly(HEADER_BYTES).readUInt32LE(0);
  if (length > MAX_FRAME_BYTES) process.exit(0);
  return decodeRequest(readExactly(length));
}

function readExactly(lengthBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(lengthBytes);
  for (let done = 0; done < lengthBytes; ) {
    const count = retrying(() => readSync(SOCKET_FD, bytes, done, lengthBytes - done, null));
    if (count === 0) process.exit(0);
    done += count;
  }
  return bytes;
}

function retrying(action: () => number): number {
  for (;;) {
    try {
      return action();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'ECONNRESET') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(sleeper, 0, 0, RETRY_MS);
    }
  }
}
