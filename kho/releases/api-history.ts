import type { ApiFunction } from '../release.ts';

/** A function that drivers call, through all releases that have it. */
export interface ApiHistory {
  readonly name: string;
  /** Oldest first; no release is in two of them. */
  readonly versions: readonly ApiVersion[];
}

/** What a function is in some releases. */
export interface ApiVersion extends Omit<ApiFunction, 'name'> {
  /** Ranges as isInReleases() takes them. */
  readonly releases: readonly string[];
}
