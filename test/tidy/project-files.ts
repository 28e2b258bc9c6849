// The project's own files: everything but what .gitignore leaves out.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Rooms hold what ships; a file belongs to the longest that its path starts with. */
export const ROOMS = [
  'fdt',
  'kho',
  'c',
  'simulator',
  'simulator/script',
  'simulator/native',
  'debugger',
  'server',
  'cli',
  'client',
] as const;

export type Room = (typeof ROOMS)[number];

/** Rooms that take bytes and return values: no platform, no clock, no chance. */
export const PURE_ROOMS: ReadonlySet<Room> = new Set<Room>(['fdt', 'kho', 'c', 'simulator']);

/** Paths of all files, relative to the repository, sorted. */
export function projectFiles(): readonly string[] {
  files ??= [...walk('', ignoredNames())].sort();
  return files;
}

let files: readonly string[] | undefined;

/** Files in TypeScript or JavaScript. */
export function codeFiles(): readonly string[] {
  return projectFiles().filter((file) => /\.(ts|mjs|cjs|js)$/.test(file));
}

/** The room that `file` is in; undefined for what is in none, such as tests and scripts. */
export function roomOf(file: string): Room | undefined {
  const rooms = ROOMS.filter((room) => file.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0];
}

export function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** .gitignore here has only names of folders (`build/`) and of kinds of files (`*.vsix`). */
function ignoredNames(): (name: string) => boolean {
  const patterns = read('.gitignore').split('\n').filter(Boolean);
  const names = new Set(['.git', ...patterns.map((pattern) => pattern.replace(/\/$/, ''))]);
  const endings = patterns.filter((one) => one.startsWith('*.')).map((one) => one.slice(1));
  return (name) => names.has(name) || endings.some((ending) => name.endsWith(ending));
}

function* walk(folder: string, isIgnored: (name: string) => boolean): Generator<string> {
  for (const entry of readdirSync(folder || '.', { withFileTypes: true })) {
    if (isIgnored(entry.name)) continue;
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(file, isIgnored);
    else if (entry.isFile()) yield file;
  }
}
