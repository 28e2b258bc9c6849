import type { Release } from '../release.ts';
import { SEED } from './seed.ts';
import { V7_3 } from './v7-3.ts';

/** Every release known, oldest first. Adding one is adding a file here. */
export const RELEASES: readonly Release[] = [SEED, V7_3];

/** The newest release: what is assumed of a tree that names no other. */
export const NEWEST_RELEASE: Release = V7_3;

/** The row called `name`, or undefined. */
export function releaseNamed(name: string): Release | undefined {
  return RELEASES.find((release) => release.name === name);
}

/**
 * True if the release called `name` is one of those that `ranges` names. A range is a release's
 * name, `A..B` (both included) or `A..`; kernels that have no row yet may be ends of a range.
 */
export function isInReleases(name: string, ranges: readonly string[]): boolean {
  const age = ageOf(name);
  return ranges.some((range) => {
    const [from = '', to] = range.split('..');
    if (to === undefined) return range === name;
    return age >= ageOf(from) && (to === '' || age <= ageOf(to));
  });
}

/** A number that grows from release to release: patch series before kernels. */
function ageOf(name: string): number {
  const version = /^(\d+)\.(\d+)$/.exec(name);
  if (version !== null) return Number(version[1]) * 1000 + Number(version[2]);
  const series = /^v(\d+)$/.exec(name);
  return series === null ? 0 : Number(series[1]);
}
