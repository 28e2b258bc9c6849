// What the quotes of /include/ and /incbin/ may hold: files beside the one that is written.
import { opendirSync } from 'node:fs';
import { type FileKey, pathOfKey } from './file-key.ts';
import { keyBeside } from './include-host.ts';

/** Entries of one folder that are looked at. */
export const MAX_FOLDER_ENTRIES = 5000;

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Reads a folder, up to `limit` entries in any order; none if it cannot be read. */
export type ListFolder = (path: string, limit: number) => readonly FolderEntry[];

export type PathDirective = 'include' | 'incbin';

/**
 * Paths that `prefix`, as typed in the file `base`, may go on to: what the directive mostly names
 * first, then folders, which end in `/`, then the rest. Hidden ones only where a dot is typed.
 */
export function includePaths(
  base: FileKey,
  prefix: string,
  directive: PathDirective,
  listFolder: ListFolder = listFolderOnDisk,
): readonly string[] {
  const above = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const typed = prefix.slice(above.length);
  // Beside it, by a name that stands for no file.
  const probe = keyBeside(base, `${above}x`);
  const path = probe && pathOfKey(probe);
  if (path === undefined) return [];
  const own = pathOfKey(base);
  const folder = path.slice(0, -1);
  return listFolder(folder, MAX_FOLDER_ENTRIES)
    .filter(({ name }) => name.startsWith('.') === typed.startsWith('.'))
    .filter(({ name, isFolder }) => isFolder || `${folder}${name}` !== own)
    .map((entry) => ({ ...entry, rank: rankOf(entry, directive) }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
    .map(({ name, isFolder }) => `${above}${name}${isFolder ? '/' : ''}`);
}

const USUAL: Readonly<Record<PathDirective, RegExp>> = {
  include: /\.(kho|dts|dtsi|dtso)$/,
  incbin: /\.(bin|dtb|dtbo|fdt|blob)$/,
};

function rankOf({ name, isFolder }: FolderEntry, directive: PathDirective): number {
  if (isFolder) return 1;
  return USUAL[directive].test(name) ? 0 : 2;
}

/** Reads entry by entry: a folder may have a million of them. */
function listFolderOnDisk(path: string, limit: number): readonly FolderEntry[] {
  const entries: FolderEntry[] = [];
  try {
    const folder = opendirSync(path);
    try {
      for (let next = folder.readSync(); next !== null; next = folder.readSync()) {
        entries.push({ name: next.name, isFolder: next.isDirectory() });
        if (entries.length === limit) break;
      }
    } finally {
      folder.closeSync();
    }
  } catch {
    // A folder that is not there, or not ours to read, has nothing to offer.
  }
  return entries;
}
