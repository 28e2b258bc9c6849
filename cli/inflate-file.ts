import { tmpdir } from 'node:os';
import { createGunzip } from 'node:zlib';
import type { Issue } from '../fdt/index.ts';
import type { ByteSource } from '../kho/index.ts';
import type { FileSource } from './file-source.ts';
import { UnusableInput } from './input.ts';
import { SparseFile } from './sparse-file.ts';

/** What inflates to more goes into a temporary file. */
export const INFLATE_MEMORY_BYTES: number = 64 << 20;
/** The largest file of ext4, and more memory than any machine that is dumped whole. */
export const MAX_INFLATED_BYTES: number = 16 * 2 ** 40;

/** Limits for tests, and where temporary files go. */
export interface InflateOptions {
  readonly memoryBytes?: number;
  readonly maxBytes?: number;
  /** By default what the system says: TMPDIR. */
  readonly temporaryFolder?: string;
}

/**
 * Inflates all of `source`, a file of gzip of one member or several. If it is cut or damaged, what
 * comes before is the result, up to FINE_CHUNK_BYTES less, or CHUNK_BYTES less of what is in a
 * temporary file: what came right before damage is not to be trusted anyway.
 * @throws UnusableInput when there is no room, or more than the limit.
 */
export async function inflateFile(
  source: ByteSource,
  path: string,
  options: InflateOptions,
): Promise<FileSource> {
  let output = new InflatedBytes(path, options);
  try {
    let flaw = await inflate(source, output, CHUNK_BYTES);
    // An error takes with it what was inflated since the last whole chunk. Where that may be all
    // there is, a second pass in small chunks gets most of it.
    if (flaw?.kind === 'damaged' && output.isInMemory) {
      output = new InflatedBytes(path, options);
      flaw = await inflate(source, output, FINE_CHUNK_BYTES);
    }
    return output.finish(flaw === undefined ? [] : [issueOf(flaw, source.sizeBytes, path)]);
  } catch (error) {
    output.discard();
    throw error;
  }
}

/** Large chunks inflate memory of mostly zeros eight times as fast as Node's 16 KiB. */
const CHUNK_BYTES: number = 256 << 10;
const FINE_CHUNK_BYTES = 4096;
const INPUT_BYTES: number = 64 << 10;

/** Why a stream of gzip ended before its end, and at which of its bytes. */
interface Flaw {
  readonly kind: 'truncated' | 'damaged';
  readonly offset: number;
  readonly reason: string;
}

function inflate(
  source: ByteSource,
  output: InflatedBytes,
  chunkBytes: number,
): Promise<Flaw | undefined> {
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  let offset = 0;
  return new Promise<Flaw | undefined>((resolve, reject) => {
    const orReject = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        gunzip.destroy();
        reject(error);
      }
    };
    // The end of the input is told apart from its last bytes, so that a stream that is cut gives
    // all it has before it fails.
    const feed = (): void => {
      const input = source.read(offset, INPUT_BYTES);
      offset += input.length;
      if (input.length === 0) gunzip.end();
      else
        gunzip.write(input, (error) => {
          if (!error) orReject(feed);
        });
    };
    gunzip.on('data', (chunk: Buffer) => orReject(() => output.add(chunk)));
    gunzip.on('end', () => resolve(undefined));
    gunzip.on('error', (error: NodeJS.ErrnoException) => {
      const kind = error.code === 'Z_BUF_ERROR' ? 'truncated' : 'damaged';
      resolve({ kind, offset: gunzip.bytesWritten, reason: error.message });
    });
    orReject(feed);
  }).finally(() => gunzip.destroy());
}

function issueOf({ kind, offset, reason }: Flaw, sizeBytes: number, path: string): Issue {
  return {
    rule: 'image-truncated',
    severity: 'warning',
    message:
      kind === 'truncated'
        ? 'the file of gzip ends early: the end of what it holds is missing'
        : `the file of gzip is damaged (${reason}): what it holds is missing from there on`,
    help: 'copy or compress it again; what is missing is taken as not known',
    blob: { path, offset, lengthBytes: sizeBytes - offset },
  };
}

/** What was inflated: in memory as long as it is little, then in a file. */
class InflatedBytes {
  readonly #path: string;
  readonly #memoryBytes: number;
  readonly #maxBytes: number;
  readonly #folder: string;
  #sizeBytes = 0;
  #chunks: Uint8Array[] = [];
  #file: SparseFile | undefined;

  constructor(path: string, options: InflateOptions) {
    this.#path = path;
    this.#memoryBytes = options.memoryBytes ?? INFLATE_MEMORY_BYTES;
    this.#maxBytes = options.maxBytes ?? MAX_INFLATED_BYTES;
    this.#folder = options.temporaryFolder ?? tmpdir();
  }

  get isInMemory(): boolean {
    return this.#file === undefined;
  }

  add(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes > this.#maxBytes)
      throw new UnusableInput(
        `${this.#path}: inflates to more than ${this.#maxBytes} bytes; that much is not read`,
      );
    if (this.#file === undefined && this.#sizeBytes > this.#memoryBytes) this.#moveToFile();
    if (this.#file === undefined) this.#chunks.push(chunk);
    else this.#file.append(chunk);
  }

  finish(issues: readonly Issue[]): FileSource {
    if (this.#file !== undefined) return this.#file.finish(issues);
    const bytes = new Uint8Array(this.#sizeBytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
    return {
      sizeBytes: bytes.length,
      read: (offset, lengthBytes) => bytes.subarray(offset, offset + lengthBytes),
      issues,
      close: () => {},
    };
  }

  discard(): void {
    this.#file?.close();
  }

  #moveToFile(): void {
    this.#file = new SparseFile(this.#path, this.#folder);
    for (const chunk of this.#chunks) this.#file.append(chunk);
    this.#chunks = [];
  }
}
