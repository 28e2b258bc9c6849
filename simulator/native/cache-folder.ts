import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what was compiled is kept, unless somebody says otherwise: below the user's own cache. */
export function defaultCacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'kho-workbench', 'native');
}
