// Every function of KHO that drivers could ever call, and what it was when.
import type { ApiFunction } from '../release.ts';
import type { ApiHistory } from './api-history.ts';
import { LIVE_UPDATE_API } from './api-live-update.ts';
import { MEMORY_API } from './api-memory.ts';
import { NOTIFIER_API } from './api-notifiers.ts';
import { RADIX_API } from './api-radix.ts';
import { STATE_API } from './api-state.ts';
import { SUBTREE_API } from './api-subtrees.ts';
import { isInReleases } from './ranges.ts';

/** By topic; a function is here once, whatever became of its signature. */
export const API_HISTORY: readonly ApiHistory[] = [
  ...NOTIFIER_API,
  ...STATE_API,
  ...MEMORY_API,
  ...SUBTREE_API,
  ...RADIX_API,
  ...LIVE_UPDATE_API,
];

/** The functions that the release called `name` has, as it has them. */
export function apiOf(name: string): readonly ApiFunction[] {
  return API_HISTORY.flatMap((each) => {
    const version = each.versions.find(({ releases }) => isInReleases(name, releases));
    if (version === undefined) return [];
    const { signature, description, errors } = version;
    return [{ name: each.name, signature, description, errors }];
  });
}
