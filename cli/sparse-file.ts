import { randomUUID } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Issue } from '../fdt/index.ts';
import { type FileSource, fileSource } from './file-source.ts';
import { reason, UnusableInput } from './input.ts';

/**
 * A temporary file that is written from its start to its end and then read. Nobody else can open
 * it: its name is gone as soon as it is open, so that nothing is left however this process ends.
 * Blocks of zeros take no room on the disk.
 */
export class SparseFile {
  readonly #path: string;
  readonly #folder: string;
  readonly #fd: number;
  /** Set where the name of an open file cannot be removed. */
  readonly #name: string | undefined;
  #sizeBytes = 0;

  /**
   * @param path what the bytes are of, for messages.
   * @throws UnusableInput when there can be no file in `folder`.
   */
  constructor(path: string, folder: string) {
    this.#path = path;
    this.#folder = folder;
    const name = join(folder, `kho-${randomUUID()}`);
    this.#fd = this.#orUnusable(() => openSync(name, 'wx+', 0o600));
    this.#name = tryUnlink(name) ? undefined : name;
  }

  /** @throws UnusableInput when the disk is full. */
  append(bytes: Uint8Array): void {
    for (const { start, end } of nonZeroRuns(bytes, this.#sizeBytes))
      this.#orUnusable(() =>
        writeAll(this.#fd, bytes.subarray(start, end), this.#sizeBytes + start),
      );
    this.#sizeBytes += bytes.length;
  }

  /** What was written; closing it ends the file. */
  finish(issues: readonly Issue[]): FileSource {
    // What ends in zeros was not written to its end.
    this.#orUnusable(() => ftruncateSync(this.#fd, this.#sizeBytes));
    return fileSource(this.#fd, this.#sizeBytes, this.#path, issues, () => this.close());
  }

  close(): void {
    closeSync(this.#fd);
    if (this.#name !== undefined) tryUnlink(this.#name);
  }

  #orUnusable<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw new UnusableInput(
        `${this.#path}: cannot be inflated into ${this.#folder}: ${reason(error)}; ` +
          'name a folder with more room in TMPDIR (TEMP on Windows), or inflate it with gunzip',
      );
    }
  }
}

/** File systems allocate in blocks of this size or a multiple. */
const BLOCK_BYTES = 4096;
const ZEROS: Buffer = Buffer.alloc(BLOCK_BYTES);

/** The parts of `bytes` that are not blocks of zeros; `position` is where they go in the file. */
function* nonZeroRuns(
  bytes: Uint8Array,
  position: number,
): Generator<{ readonly start: number; readonly end: number }> {
  let start = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + BLOCK_BYTES - ((position + at) % BLOCK_BYTES));
    if (ZEROS.compare(bytes, at, end, 0, end - at) === 0) {
      if (start < at) yield { start, end: at };
      start = end;
    }
    at = end;
  }
  if (start < bytes.length) yield { start, end: bytes.length };
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

function tryUnlink(name: string): boolean {
  try {
    unlinkSync(name);
    return true;
  } catch {
    return false;
  }
}
