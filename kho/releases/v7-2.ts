import type { Release } from '../release.ts';
import { LUO_SER } from '../structs/index.ts';
import { apiOf } from './api.ts';
import { withEntries } from './changes.ts';
import { V7_1 } from './v7-1.ts';

/** Parts of LUO that had a format of their own while LUO was an FDT. */
const PARTS_OF_LUO: readonly string[] = ['LUO/session', 'LUO/flb'];

/**
 * Linux 7.2: entries in blocks (0349ff288705), LUO without an FDT (cf071b3536df to 1d1153097f4d),
 * scratch that the page allocator can take whole (0e39380a7316).
 */
export const V7_2: Release = {
  ...V7_1,
  name: '7.2',
  title: 'Linux 7.2',
  excludesDeferredPages: false,
  rootCompatible: 'kho-v4',
  scratch: { ...V7_1.scratch, alignment: 'max-order' },
  liveUpdate: {
    keepsRetrieveErrors: true,
    refusesTwice: true,
    registersAnyTime: true,
    countsIncomingFlbs: true,
    skipsReturningKexec: true,
    hasGetName: true,
  },
  formats: withEntries(
    V7_1.formats.filter(({ name }) => !PARTS_OF_LUO.includes(name)),
    'name',
    [
      {
        name: 'LUO',
        format: 'luo-v5',
        struct: LUO_SER,
        minSizeBytes: LUO_SER.sizeBytes,
        onMismatch: 'panic',
      },
    ],
  ),
  api: apiOf('7.2'),
  defects: [
    'vmalloc-order-unset',
    'restore-ignores-nodes',
    'out-fdt-frozen',
    'session-lost-on-close',
    'session-room-kept',
    'luo-state-freed',
    'flb-count-with-retrieve',
  ],
};
