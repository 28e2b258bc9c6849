// Files as HEAD has them, kept as long as HEAD stays where it is.
import path from 'node:path';
import type { CommittedFile } from '../c/index.ts';
import { headOf, readCommitted } from './git-head.ts';

/** How long what HEAD is, is not asked again. */
export const HEAD_CHECK_MS = 3000;
/** Files that are kept, those asked for last. */
const MAX_KEPT = 64;

export interface GitHeads {
  /**
   * The file at an absolute path as HEAD has it, as far as that is known by now. Asks git in the
   * background where it is not, or not for certain any more; `changed` is called when the answer
   * is another one. Undefined where there is no git, no repository, or no such file in HEAD.
   */
  peek(file: string): CommittedFile | undefined;
  /** The same, waiting for git. */
  load(file: string): Promise<CommittedFile | undefined>;
  /** Asks no more, and calls nobody any more. */
  stop(): void;
}

interface Entry {
  value: CommittedFile | undefined;
  checkedAt: number;
  pending: Promise<CommittedFile | undefined> | undefined;
}

/** `changed` is told the path of a file that HEAD has another content of, or another HEAD. */
export function createGitHeads(
  changed: (file: string) => void,
  now: () => number = () => performance.now(),
): GitHeads {
  const entries = new Map<string, Entry>();
  let isStopped = false;

  const refresh = async (file: string, entry: Entry): Promise<CommittedFile | undefined> => {
    const known = entry.value;
    // Whether HEAD moved costs little to ask; its files cost a process that reads them.
    const commit = known && (await headOf(path.dirname(file)));
    const isSame = known !== undefined && commit === known.commit;
    const value = isSame ? known : await readCommitted(file);
    entry.checkedAt = now();
    entry.pending = undefined;
    entry.value = value;
    if (!isStopped && value?.commit !== known?.commit) changed(file);
    return value;
  };
  const entryOf = (file: string): Entry => {
    const entry = entries.get(file) ?? {
      value: undefined,
      checkedAt: -Infinity,
      pending: undefined,
    };
    // The last one asked for is the last in the map.
    entries.delete(file);
    entries.set(file, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= MAX_KEPT) break;
      entries.delete(oldest);
    }
    const isDue = now() - entry.checkedAt >= HEAD_CHECK_MS;
    if (isDue && entry.pending === undefined && !isStopped)
      entry.pending = refresh(file, entry).catch(() => undefined);
    return entry;
  };
  return {
    peek: (file) => entryOf(file).value,
    async load(file) {
      const entry = entryOf(file);
      return entry.pending ?? entry.value;
    },
    stop() {
      isStopped = true;
    },
  };
}
