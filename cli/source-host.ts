import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { SourceFile, SourceHost } from '../fdt/index.ts';
import { asSource, readInput, UnusableInput } from './input.ts';

/**
 * Finds included files as `dtc` does: beside the file that includes them, then in `folders` in
 * their order. A file that is not there, or cannot be read, is undefined.
 */
export function createSourceHost(folders: readonly string[]): SourceHost {
  const find = (path: string, from: SourceFile): string | undefined => {
    if (isAbsolute(path)) return existsSync(path) ? path : undefined;
    const candidates = [dirname(from.path), ...folders].map((folder) => join(folder, path));
    return candidates.find((candidate) => existsSync(candidate));
  };
  const read = (path: string, from: SourceFile): readonly [string, Uint8Array] | undefined => {
    const found = find(path, from);
    if (found === undefined) return undefined;
    try {
      return [found, readInput(found)];
    } catch (error) {
      if (error instanceof UnusableInput) return undefined;
      throw error;
    }
  };
  return {
    readInclude(path, from) {
      const file = read(path, from);
      return file && asSource(...file);
    },
    readBytes: (path, from) => read(path, from)?.[1],
  };
}
