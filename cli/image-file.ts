// Images of memory: larger than memory, read where needed, and perhaps compressed.
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { type FileSource, fileSource } from './file-source.ts';
import { type InflateOptions, inflateFile } from './inflate-file.ts';
import { reason, UnusableInput } from './input.ts';

export type { FileSource };

/**
 * Opens a file to be read anywhere. A file of gzip is inflated: into memory if that is little,
 * otherwise into a temporary file that has no name and ends with this process. If it is cut or
 * damaged, what comes before that is there, and `issues` has an `image-truncated`. `-` is standard
 * input, if that is a file.
 * @throws UnusableInput when it cannot be read or is not a file. So does reading from it, when the
 * file system fails.
 */
export async function openByteSource(
  path: string,
  options: InflateOptions = {},
): Promise<FileSource> {
  const file = openFile(path);
  let isKept = false;
  try {
    const magic = file.read(0, GZIP_MAGIC.length);
    isKept = !GZIP_MAGIC.every((byte, index) => magic[index] === byte);
    return isKept ? file : await inflateFile(file, path, options);
  } finally {
    if (!isKept) file.close();
  }
}

const GZIP_MAGIC = [0x1f, 0x8b] as const;
const STDIN = 0;

function openFile(path: string): FileSource {
  const fd = openWithoutWaiting(path);
  const close = (): void => {
    if (fd !== STDIN) closeSync(fd);
  };
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw new UnusableInput(`${path}: is a folder`);
    if (!stat.isFile())
      throw new UnusableInput(
        `${path}: is not a file: an image is read back and forth, so save it to a file first`,
      );
    return fileSource(fd, stat.size, path, [], close);
  } catch (error) {
    close();
    throw error instanceof UnusableInput ? error : new UnusableInput(`${path}: ${reason(error)}`);
  }
}

/** Opening a pipe would otherwise wait for someone to write to it. */
function openWithoutWaiting(path: string): number {
  if (path === '-') return STDIN;
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
}
