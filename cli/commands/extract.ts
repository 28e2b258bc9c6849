import { closeSync, openSync, writeSync } from 'node:fs';
import { loadBindings } from '../bindings.ts';
import { decodeOpened, type ImageOptions, openImages } from '../images.ts';
import { reason, UnusableInput } from '../input.ts';
import { EXIT, type Output, releaseOption } from '../options.ts';

export interface ExtractCommandOptions extends ImageOptions {
  readonly release?: string;
  readonly bindings: readonly string[];
  readonly output: string;
  /** First byte of what is written, and how many. */
  readonly offset?: number;
  readonly length?: number;
}

/** What is copied at once. */
const STEP_BYTES = 1 << 20;

/**
 * `kho extract`: writes the bytes of something that was handed over, such as a memfd. 1 if the
 * image lacks some of them; those are written as zeros.
 */
export async function extractCommand(
  path: string,
  name: string,
  options: ExtractCommandOptions,
  output: Output,
): Promise<number> {
  const release = releaseOption(options.release);
  const { bindings } = loadBindings(options.bindings);
  const opened = await openImages(path, options);
  try {
    const contents = opened.images.flatMap(
      (each) => decodeOpened(each, bindings, release).contents,
    );
    const content = contents.find((each) => each.name === name);
    if (content === undefined)
      throw new UnusableInput(`${path}: nothing in it is called ${name}${known(contents)}`);
    const first = options.offset ?? 0;
    const end = Math.min(content.sizeBytes, first + (options.length ?? content.sizeBytes));
    if (first > content.sizeBytes)
      throw new UnusableInput(`${name} has ${content.sizeBytes} bytes; --offset is behind its end`);
    const sink = createSink(options.output, output);
    let missing = 0;
    try {
      for (let at = first; at < end; at += STEP_BYTES) {
        const length = Math.min(STEP_BYTES, end - at);
        const bytes = content.read(at, length) ?? pieces(content.read, at, length);
        missing += 'missing' in bytes ? bytes.missing : 0;
        sink.write('missing' in bytes ? bytes.bytes : bytes);
      }
    } finally {
      sink.close();
    }
    if (missing === 0) return EXIT.clean;
    output.err(`${path}: the image lacks ${missing} bytes of ${name}; they are written as zeros\n`);
    return EXIT.issues;
  } finally {
    opened.close();
  }
}

/** Names that a message lists. */
const SHOWN_NAMES = 20;

function known(contents: readonly { readonly name: string }[]): string {
  if (contents.length === 0) return ', nor anything else';
  const names = contents.slice(0, SHOWN_NAMES).map((each) => each.name);
  const more = contents.length > SHOWN_NAMES ? `, … ${contents.length - SHOWN_NAMES} more` : '';
  return `; there are ${names.join(', ')}${more}`;
}

/** Page by page, so that one page that is missing costs no more than itself. */
function pieces(
  read: (offset: number, lengthBytes: number) => Uint8Array | undefined,
  from: number,
  length: number,
): { readonly bytes: Uint8Array; readonly missing: number } {
  const pageBytes = 4096;
  const bytes = new Uint8Array(length);
  let missing = 0;
  for (let at = 0; at < length; ) {
    const count = Math.min(length - at, pageBytes - ((from + at) % pageBytes));
    const piece = read(from + at, count);
    if (piece === undefined) missing += count;
    else bytes.set(piece, at);
    at += count;
  }
  return { bytes, missing };
}

function createSink(
  path: string,
  output: Output,
): { write(bytes: Uint8Array): void; close(): void } {
  if (path === '-') return { write: (bytes) => output.out(bytes), close: () => {} };
  try {
    const fd = openSync(path, 'w');
    const write = (bytes: Uint8Array): void => {
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      } catch (error) {
        throw new UnusableInput(`${path}: ${reason(error)}`);
      }
    };
    return { write, close: () => closeSync(fd) };
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
}
