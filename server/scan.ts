import { type Dirent, promises } from 'node:fs';
import path from 'node:path';
import { type FileKey, keyOfPath, roleOf } from './file-key.ts';
import type { Log } from './log.ts';

export interface ScanLimits {
  /** Sources and bindings. */
  readonly files: number;
  /** Directory entries looked at. */
  readonly entries: number;
  /** Folders in folders. */
  readonly depth: number;
}

/** A kernel tree has 100,000 entries; a folder with more files of ours is not a workspace. */
export const SCAN_LIMITS: ScanLimits = { files: 10_000, entries: 500_000, depth: 40 };

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn']);

/**
 * The sources and bindings under `folder`, in the order of their names. Symbolic links are not
 * followed. Reaching a limit is said in the log, and what was found so far is the answer.
 */
export async function scanFolder(
  folder: string,
  log: Log,
  limits: ScanLimits = SCAN_LIMITS,
): Promise<FileKey[]> {
  const found: FileKey[] = [];
  const pending = [{ folder, depth: 0 }];
  let visited = 0;
  let isTooDeep = false;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const inside: { folder: string; depth: number }[] = [];
    for (const entry of await entriesOf(next.folder)) {
      visited++;
      if (visited > limits.entries || found.length >= limits.files) {
        const limit =
          visited > limits.entries ? `${limits.entries} entries` : `${limits.files} files`;
        log.info(`${folder}: looked no further after ${limit}; files that you open are checked`);
        return found;
      }
      const entryPath = path.join(next.folder, entry.name);
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) {
        if (next.depth >= limits.depth) isTooDeep = true;
        else inside.push({ folder: entryPath, depth: next.depth + 1 });
      } else if (entry.isFile()) {
        const key = keyOfPath(entryPath);
        if (roleOf(key) !== 'other') found.push(key);
      }
    }
    pending.push(...inside.reverse());
  }
  if (isTooDeep) log.info(`${folder}: folders deeper than ${limits.depth} were left out`);
  return found;
}

/** Entries by name; none if the folder cannot be read, which is nothing to complain about. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await promises.readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
