import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What nobody has used for so long is made again if somebody wants it after all. */
const MAX_AGE_MS = 30 * DAY_MS;
/** Beyond this what was not used for longest goes first, but for what may be in use now. */
const MAX_BYTES: number = 1 << 30;
const IN_USE_MS = 60 * 60 * 1000;
/** A file that says by its time when the folder was last looked through. */
const STAMP = 'pruned';

/** Where what was compiled is kept, unless somebody says otherwise: below the user's own cache. */
export function defaultCacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'kho-workbench', 'native');
}

/**
 * Whether a file is in the cache, which is used then: its time is that of its last use, to the
 * day.
 */
export function touchCached(file: string, nowMs: number = Date.now()): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return false;
  try {
    if (nowMs - found.mtimeMs > DAY_MS) utimesSync(file, nowMs / 1000, nowMs / 1000);
  } catch {
    // Another process has removed it since, or may write where this one may not.
  }
  return true;
}

/**
 * Removes what nobody needs any more, at most once a day whichever process it is. What cannot be
 * removed stays.
 */
export function pruneCache(
  folder: string,
  { nowMs = Date.now(), maxBytes = MAX_BYTES }: { nowMs?: number; maxBytes?: number } = {},
): void {
  try {
    const stamp = join(folder, STAMP);
    const last = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (nowMs - last < DAY_MS) return;
    writeFileSync(stamp, '');
    utimesSync(stamp, nowMs / 1000, nowMs / 1000);
    const entries = readdirSync(folder)
      .filter((name) => name !== STAMP)
      .flatMap((name) => {
        const path = join(folder, name);
        const found = statSync(path, { throwIfNoEntry: false });
        return found === undefined
          ? []
          : [{ path, size: found.size, ageMs: nowMs - found.mtimeMs }];
      })
      .sort((a, b) => b.ageMs - a.ageMs);
    let bytes = entries.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size, ageMs } of entries) {
      if (ageMs < MAX_AGE_MS && (bytes <= maxBytes || ageMs < IN_USE_MS)) continue;
      rmSync(path, { recursive: true, force: true });
      bytes -= size;
    }
  } catch {
    // A cache that cannot be pruned is a cache all the same.
  }
}
