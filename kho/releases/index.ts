import type { Release } from '../release.ts';
import { SEED } from './seed.ts';
import { V4 } from './v4.ts';
import { V6_16 } from './v6-16.ts';
import { V6_17 } from './v6-17.ts';
import { V6_18 } from './v6-18.ts';
import { V6_19 } from './v6-19.ts';
import { V7_0 } from './v7-0.ts';
import { V7_1 } from './v7-1.ts';
import { V7_2 } from './v7-2.ts';
import { V7_3 } from './v7-3.ts';

export { API_HISTORY, apiOf } from './api.ts';
export type { ApiHistory, ApiVersion } from './api-history.ts';
export {
  KERNEL_BUGS,
  type KernelBug,
  kernelBugOf,
  whyNotMended,
  whyNotWithBug,
  withKernelBugs,
} from './kernel-bugs.ts';
export { isInReleases } from './ranges.ts';

/** Every release known, oldest first. Adding one is adding a file here. */
export const RELEASES: readonly Release[] = [
  SEED,
  V4,
  V6_16,
  V6_17,
  V6_18,
  V6_19,
  V7_0,
  V7_1,
  V7_2,
  V7_3,
];

/** The newest release: what is assumed of a tree that names no other. */
export const NEWEST_RELEASE: Release = V7_3;

/** The row called `name`, or undefined. */
export function releaseNamed(name: string): Release | undefined {
  return RELEASES.find((release) => release.name === name);
}
