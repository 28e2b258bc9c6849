import type { Release } from '../release.ts';
import { apiOf } from './api.ts';
import { V6_16 } from './v6-16.ts';

/** Linux 6.17. */
export const V6_17: Release = {
  ...V6_16,
  name: '6.17',
  title: 'Linux 6.17',
  api: apiOf('6.17'),
};
