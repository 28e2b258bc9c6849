import { readSync } from 'node:fs';
import { assert, type Issue } from '../fdt/index.ts';
import type { ByteSource } from '../kho/index.ts';
import { reason, UnusableInput } from './input.ts';

/** A file that can be read anywhere; what was wrong with it when it was opened is in `issues`. */
export interface FileSource extends ByteSource {
  readonly issues: readonly Issue[];
  /** Gives back the file, and what was inflated of it. Not to be read afterwards. */
  close(): void;
}

/** The most that is asked of the system at once; Linux gives up to 2 GiB. */
const MAX_READ_BYTES: number = 1 << 30;

/**
 * The first `sizeBytes` of an open file. Reading throws UnusableInput, with `path` in it, when the
 * file system fails.
 */
export function fileSource(
  fd: number,
  sizeBytes: number,
  path: string,
  issues: readonly Issue[],
  close: () => void,
): FileSource {
  const read = (offset: number, lengthBytes: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(lengthBytes, sizeBytes - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const wanted = Math.min(MAX_READ_BYTES, bytes.length - filled);
      const count = readSync(fd, bytes, filled, wanted, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled === bytes.length ? bytes : bytes.subarray(0, filled);
  };
  // After it is closed, its number may be that of another file.
  let isOpen = true;
  return {
    sizeBytes,
    issues,
    close: () => {
      if (isOpen) close();
      isOpen = false;
    },
    read: (offset, lengthBytes) => {
      assert(isOpen, `${path} is read after it was closed`);
      try {
        return read(offset, lengthBytes);
      } catch (error) {
        throw new UnusableInput(`${path}: ${reason(error)}`);
      }
    },
  };
}
