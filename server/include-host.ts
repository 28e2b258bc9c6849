import { existsSync } from 'node:fs';
import { URI, Utils } from 'vscode-uri';
import type { SourceFile, SourceHost } from '../fdt/index.ts';
import { type FileKey, keyOfUri, pathOfKey } from './file-key.ts';
import type { Files } from './files.ts';

/** Bytes of one file that `/incbin/` takes in. */
export const MAX_INCBIN_BYTES: number = 16 << 20;

/**
 * Lets a source include files beside it, as they are on the screen or on disk. `note` is told of
 * every file looked for, also of one that is not there: should it appear, the result changes.
 */
export function createIncludeHost(files: Files, note: (key: FileKey) => void): SourceHost {
  const resolve = (path: string, from: SourceFile): FileKey | undefined => {
    const base = files.keyOf(from);
    const key = base === undefined ? undefined : keyBeside(base, path);
    if (key !== undefined) note(key);
    return key;
  };
  return {
    readInclude(path, from) {
      const key = resolve(path, from);
      const content = key === undefined ? undefined : files.read(key);
      return content?.kind === 'text' ? content.source : undefined;
    },
    readBytes(path, from) {
      const key = resolve(path, from);
      return key === undefined ? undefined : files.readBytes(key, MAX_INCBIN_BYTES);
    },
  };
}

/** The file that `path` names in the file `base`; undefined if `base` is in no folder. */
export function keyBeside(base: FileKey, path: string): FileKey | undefined {
  const uri = URI.parse(base);
  if (path === '' || !uri.path.startsWith('/')) return undefined;
  try {
    return keyOfUri(Utils.resolvePath(Utils.dirname(uri), path).toString());
  } catch {
    // vscode-uri refuses paths that no URI can hold.
    return undefined;
  }
}

/** The URI of the file that `path` names in `from`; undefined if there is none. */
export function uriOfBytes(files: Files, path: string, from: SourceFile): string | undefined {
  const base = files.keyOf(from);
  const key = base === undefined ? undefined : keyBeside(base, path);
  const onDisk = key && pathOfKey(key);
  return onDisk !== undefined && existsSync(onDisk) ? key : undefined;
}
