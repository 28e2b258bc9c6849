// Files of a kernel's own folder mm/, which include neighbours of theirs that need all of mm/. They
// are compiled away from there, so that the headers of ours with these names are found first.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What a compiler is given in place of a file. */
export interface CompiledFile {
  readonly path: string;
  readonly flags: readonly string[];
  /** What the compiler says, with the file where it really is. */
  readonly withOwnPaths: (said: string) => string;
}

/** `path`, or a link to it with the same name in a folder that has nothing else. */
export function compiledFile(path: string, cacheFolder: string): CompiledFile {
  const folder = dirname(path);
  if (basename(folder) !== 'mm' || !existsSync(join(folder, 'internal.h')))
    return { path, flags: [], withOwnPaths: (said) => said };
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 32);
  const apart = join(cacheFolder, `${hash}.apart`);
  const link = join(apart, basename(path));
  mkdirSync(apart, { recursive: true, mode: 0o700 });
  try {
    symlinkSync(path, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return {
    path: link,
    // Its real neighbours come last; lines of the program are those of the real file.
    flags: ['-iquote', folder, `-ffile-prefix-map=${apart}=${folder}`],
    withOwnPaths: (said) => said.replaceAll(link, path),
  };
}
