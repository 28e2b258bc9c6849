// Files that are written anew are whole at every moment: the old one or the new one.
import {
  accessSync,
  chmodSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { reason, UnusableInput } from './input.ts';

/**
 * Gives a file another content and keeps its mode; of a link, the file that it leads to.
 * @throws UnusableInput when it must not or cannot be written; then it is as it was.
 */
export function replaceFile(path: string, bytes: Uint8Array): void {
  let temporary: string | undefined;
  try {
    const file = realpathSync(path);
    // The folder would allow to replace what must not be written.
    accessSync(file, constants.W_OK);
    const { mode } = statSync(file);
    const beside = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
    writeFileSync(beside, bytes, { flag: 'wx', mode: 0o600 });
    temporary = beside;
    chmodSync(temporary, mode & 0o7777);
    renameSync(temporary, file);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw new UnusableInput(`${path}: ${reason(error)}; it is left as it was`);
  }
}
