import type { SourceFile } from '../../fdt/index.ts';
import type { ReadInclude } from '../layout/preprocess.ts';

/** Folders above a driver in which the kernel's `include` is looked for. */
const MAX_FOLDERS_UP = 12;

/**
 * Finds included headers that decide the layout of what is handed over: those under `kho/abi/` and
 * `uapi/` of the kernel tree that a file is in, and those named in quotes. Others would bring in
 * most of the kernel. `read` gives a file by its path, the same object each time; paths are the
 * including file's with more or less behind.
 */
export function abiIncludes(read: (file: string) => SourceFile | undefined): ReadInclude {
  return (included, isAngled, from) => {
    const folder = from.path.replace(/[^\\/]*$/, '');
    if (!isAngled) return read(`${folder}${included}`);
    if (!/^(?:linux\/kho\/abi|uapi)\//.test(included) || included.includes('..')) return undefined;
    // Some folder above has an `include` in it, which is the root of angled paths.
    const inside = /^(.*[\\/])?include[\\/]/.exec(from.path);
    if (inside !== null) return read(`${inside[0]}${included}`);
    let above = folder;
    for (let up = 0; up < MAX_FOLDERS_UP && above !== ''; up++) {
      const found = read(`${above}include/${included}`);
      if (found !== undefined) return found;
      above = above.replace(/[^\\/]*[\\/]$/, '');
    }
    return undefined;
  };
}
