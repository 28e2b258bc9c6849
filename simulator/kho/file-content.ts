// What user space reads from a file of KHO, as a result.
import { failed, ok, type Result } from './model.ts';
import { asciiBytes } from './values.ts';

/** A file of text. */
export function textContent(text: string): Result<Uint8Array> {
  return ok(asciiBytes(text));
}

/** A file of bytes, which is not there without them. */
export function bytesContent(bytes: Uint8Array | undefined): Result<Uint8Array> {
  return bytes === undefined ? failed('ENOENT') : ok(bytes);
}
