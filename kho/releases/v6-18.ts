import type { Release } from '../release.ts';
import { apiOf } from './api.ts';
import { withEntries } from './changes.ts';
import { V6_17 } from './v6-17.ts';

/**
 * Linux 6.18: 89a3ecca49ee checks what is restored. A bitmap has become a page, which nothing that
 * is handed over says.
 */
export const V6_18: Release = {
  ...V6_17,
  name: '6.18',
  title: 'Linux 6.18',
  memoryMap: {
    kind: 'bitmaps',
    property: 'preserved-memory-map',
    bitmapBytes: 'page',
    isRequired: false,
  },
  scratch: { ...V6_17.scratch, parameter: { acceptsZero: true, acceptsTrailing: false } },
  preserve: { refusesScratch: true, splitsAtNodes: false, losesVmallocErrors: true },
  restore: { checksMagic: true, refusesLargeOrders: true },
  formats: withEntries(V6_17.formats, 'name', [
    { name: 'kho_test', format: 'kho-test-v1', onMismatch: 'not-restored' },
  ]),
  api: apiOf('6.18'),
  defects: ['abort-drops-all', 'scratch-on-empty-nodes', 'vmalloc-order-unset'],
};
