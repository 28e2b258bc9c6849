// Drivers that are files of a kernel's own tree: where they are compiled so that the right headers
// are found.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What a compiler is given for a driver. */
export interface CompiledFile {
  /** Of the file, or of a link to it. */
  readonly path: string;
  /** Before and behind those that all drivers have: earlier folders of headers win. */
  readonly firstFlags: readonly string[];
  readonly lastFlags: readonly string[];
  /** What the compiler says, with files where they really are. */
  readonly withOwnPaths: (said: string) => string;
}

/** Folders above a file in which the tree is looked for that it is part of. */
const MAX_DEPTH = 12;
/**
 * What a tree defines itself: formats, which drivers and engine both read in memory, and blocks,
 * which are all in `kho_block.c`. Other headers declare what the runtime has.
 */
const OWN_HEADERS = ['linux/kho/abi', 'linux/kho_block.h'];

export function compiledFile(path: string, cacheFolder: string): CompiledFile {
  const formats = formatsOf(path, cacheFolder);
  const apart = apartFromNeighbours(path, cacheFolder);
  return {
    path: apart === undefined ? path : join(apart, basename(path)),
    firstFlags: formats === undefined ? [] : ['-I', formats.folder, ...mapped(formats)],
    lastFlags:
      apart === undefined
        ? []
        : ['-iquote', dirname(path), ...mapped({ folder: apart, real: dirname(path) })],
    withOwnPaths(said) {
      const own = formats === undefined ? said : said.replaceAll(formats.folder, formats.real);
      return apart === undefined ? own : own.replaceAll(apart, dirname(path));
    },
  };
}

/** A folder of links, and the one that they stand for. */
interface Links {
  readonly folder: string;
  readonly real: string;
}

/** Places in the program are those of the real files. */
function mapped({ folder, real }: Links): string[] {
  return [`-ffile-prefix-map=${folder}=${real}`];
}

/**
 * A file of a kernel's folder mm/ includes neighbours that need all of mm/: it is compiled through
 * a link in a folder that has nothing else, so that the headers of ours with their names are found.
 */
function apartFromNeighbours(path: string, cacheFolder: string): string | undefined {
  const folder = dirname(path);
  if (basename(folder) !== 'mm' || !existsSync(join(folder, 'internal.h'))) return undefined;
  const apart = join(cacheFolder, `${hashOf(path)}.apart`);
  link(path, join(apart, basename(path)));
  return apart;
}

/** A folder with the formats of the tree that a file is part of, in place of ours. */
function formatsOf(path: string, cacheFolder: string): Links | undefined {
  const real = includeFolderAbove(path);
  if (real === undefined) return undefined;
  const folder = join(cacheFolder, `${hashOf(real)}.formats`);
  for (const header of OWN_HEADERS)
    if (existsSync(join(real, header))) link(join(real, header), join(folder, header));
  return { folder, real };
}

/** `include/` of the tree that a file is in, if that has formats of KHO. */
function includeFolderAbove(path: string): string | undefined {
  let folder = dirname(path);
  for (let depth = 0; depth < MAX_DEPTH && folder !== dirname(folder); depth++) {
    const include = join(folder, 'include');
    if (existsSync(join(include, 'linux/kho/abi'))) return include;
    folder = dirname(folder);
  }
  return undefined;
}

/** Links are to the same wherever they are made: another process may make one at this moment. */
function link(target: string, at: string): void {
  mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
  try {
    symlinkSync(target, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 32);
}
