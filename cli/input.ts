// Reading what the user names: never more than a bound, and every failure is one clear line.
import {
  closeSync,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { SourceFile } from '../fdt/index.ts';

/** Larger inputs are refused: a KHO FDT is kilobytes, a generated one a few megabytes. */
export const MAX_INPUT_BYTES: number = 256 << 20;
/** Files that one folder on the command line stands for. */
export const MAX_FOLDER_FILES = 10_000;
const CHUNK_BYTES = 1 << 20;

/** What stops a command before it starts; the message is for the user. */
export class UnusableInput extends Error {}

/**
 * The bytes of a file, a pipe or, for `-`, standard input; the first `count` if that is given.
 * @throws UnusableInput when it cannot be read or is larger than MAX_INPUT_BYTES.
 */
export function readInput(path: string, count?: number): Uint8Array {
  let fd: number;
  try {
    fd = path === '-' ? 0 : openSync(path, 'r');
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw new UnusableInput(`${path}: is a folder`);
    if (count !== undefined) return readStart(fd, count);
    if (stat.size > MAX_INPUT_BYTES) throw tooLarge(path, stat.size);
    return readAll(fd, path);
  } catch (error) {
    throw error instanceof UnusableInput ? error : new UnusableInput(`${path}: ${reason(error)}`);
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}

function readStart(fd: number, count: number): Uint8Array {
  const bytes = Buffer.alloc(count);
  return bytes.subarray(0, readSync(fd, bytes, 0, count, null));
}

function readAll(fd: number, path: string): Uint8Array {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = readSync(fd, chunk, 0, CHUNK_BYTES, null);
    if (count === 0) return Buffer.concat(chunks, total);
    chunks.push(chunk.subarray(0, count));
    total += count;
    if (total > MAX_INPUT_BYTES) throw tooLarge(path, total);
  }
}

function tooLarge(path: string, sizeBytes: number): UnusableInput {
  const mebibytes = Math.ceil(sizeBytes / (1 << 20));
  return new UnusableInput(
    `${path}: has ${mebibytes} MiB or more; files above ${MAX_INPUT_BYTES >> 20} MiB are not read`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'is a folder',
  ELOOP: 'it is a link that leads to itself',
  ENOTDIR: 'part of the path is not a folder',
  ENOSPC: 'no space left',
  EROFS: 'the file system is read-only',
};

/** A failure of the operating system in plain words. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : REASONS[code]) ?? message ?? String(error);
}

/** Bytes as source text. Text that is not UTF-8 is taken byte for byte, as `dtc` takes it. */
export function asSource(path: string, bytes: Uint8Array): SourceFile {
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { path, text: Buffer.from(bytes).toString('latin1'), isLatin1: true };
  }
}

export type InputKind = 'source' | 'blob' | 'binding' | 'scenario';

const FDT_MAGIC = [0xd0, 0x0d, 0xfe, 0xed];
const SOURCE_NAME = /\.(kho|dts|dtsi)$/;
const BINDING_NAME = /\.kho\.ya?ml$/;
const SCENARIO_NAME = /\.kho\.json$/;

/**
 * What a file is, by its name and first bytes.
 * @throws UnusableInput when it is empty or neither text nor an FDT.
 */
export function kindOf(path: string, bytes: Uint8Array): InputKind {
  if (bytes.length === 0) throw new UnusableInput(`${path}: is empty`);
  if (FDT_MAGIC.every((byte, index) => bytes[index] === byte)) return 'blob';
  if (BINDING_NAME.test(path)) return 'binding';
  if (SCENARIO_NAME.test(path)) return 'scenario';
  if (bytes.subarray(0, 4096).includes(0) && !SOURCE_NAME.test(path))
    throw new UnusableInput(`${path}: is neither DTS source nor an FDT blob`);
  return 'source';
}

/**
 * Replaces each folder by the files in and below it that are wanted, sorted: KHO files, if nothing
 * else is said. Other paths stay as they are.
 * @throws UnusableInput when a folder cannot be read, or holds no or too many KHO files.
 */
export function expandFolders(
  paths: readonly string[],
  isWanted: (path: string) => boolean = isKhoFile,
): string[] {
  return paths.flatMap((path) => {
    if (path === '-' || !isFolder(path)) return [path];
    const files = filesBelow(path, isWanted);
    if (files.length === 0) throw new UnusableInput(`${path}: has no KHO files in it`);
    return files;
  });
}

/** Whatever is wrong with a path is said when it is read. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function filesBelow(folder: string, isWanted: (path: string) => boolean): string[] {
  const files: string[] = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        pending.push(path);
      else if (entry.isFile() && isWanted(path)) files.push(path);
    }
    if (files.length > MAX_FOLDER_FILES)
      throw new UnusableInput(`${folder}: has more than ${MAX_FOLDER_FILES} KHO files`);
  }
  return files.sort();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new UnusableInput(`${folder}: ${reason(error)}`);
  }
}

/** Whether a file is a source, a blob, a binding or a scenario of KHO by its name. */
export function isKhoFile(path: string): boolean {
  return /\.kho(\.dts|\.ya?ml|\.json)?$/.test(basename(path));
}
