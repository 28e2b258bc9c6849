import { type Dirent, promises } from 'node:fs';
import path from 'node:path';
import { type FileKey, keyOfPath, roleOf } from './file-key.ts';
import type { Log } from './log.ts';

/** Sources and bindings found in a workspace folder; one with more is not only about KHO. */
export const MAX_FOUND_FILES = 10_000;
/** Directory entries looked at: a kernel tree has about 100,000. */
export const MAX_VISITED_ENTRIES = 500_000;
/** Folders in folders. */
export const MAX_FOLDER_DEPTH = 40;

const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn']);

/**
 * The sources and bindings under `folder`, in the order of their names. Symbolic links are not
 * followed. Reaching a limit is said in the log, and what was found so far is the answer.
 */
export async function scanFolder(folder: string, log: Log): Promise<FileKey[]> {
  const found: FileKey[] = [];
  const pending = [{ path: folder, depth: 0 }];
  let visited = 0;
  let isTooDeep = false;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const folders: { path: string; depth: number }[] = [];
    for (const entry of await entriesOf(next.path)) {
      const entryPath = path.join(next.path, entry.name);
      visited++;
      if (visited > MAX_VISITED_ENTRIES || found.length >= MAX_FOUND_FILES) {
        const limit = visited > MAX_VISITED_ENTRIES ? `${MAX_VISITED_ENTRIES} entries` : '';
        const reason = limit || `${MAX_FOUND_FILES} files`;
        log.info(`${folder}: looked no further after ${reason}; files that you open are checked`);
        return found;
      }
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) {
        if (next.depth < MAX_FOLDER_DEPTH) folders.push({ path: entryPath, depth: next.depth + 1 });
        else isTooDeep = true;
      } else if (entry.isFile()) {
        const key = keyOfPath(entryPath);
        if (roleOf(key) !== 'other') found.push(key);
      }
    }
    pending.push(...folders.reverse());
  }
  if (isTooDeep) log.info(`${folder}: folders deeper than ${MAX_FOLDER_DEPTH} were left out`);
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
