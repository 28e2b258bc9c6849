import type { Release } from '../release.ts';
import { KEXEC_METADATA, MEMFD_LUO_SER } from '../structs/index.ts';
import { apiOf } from './api.ts';
import { withEntries } from './changes.ts';
import { debugfsFile, FINALIZE } from './debugfs.ts';
import { V7_0 } from './v7-0.ts';

/**
 * Linux 7.1: a radix tree (3f2ad90060f6), nothing to finalize (6b0dd42d7681), blobs of any kind
 * with their size (85e41392820f), and who handed over (76aa46b9e404).
 */
export const V7_1: Release = {
  ...V7_0,
  name: '7.1',
  title: 'Linux 7.1',
  rootCompatible: 'kho-v3',
  memoryMap: { kind: 'radix-tree', property: 'preserved-memory-map', sizesAreInts: true },
  subtrees: {
    kind: 'by-reference',
    addressProperty: 'preserved-data',
    sizeProperty: 'blob-size',
  },
  serialization: 'live',
  preserve: { refusesScratch: true, splitsAtNodes: true, losesVmallocErrors: false },
  restore: { checksMagic: true, refusesLargeOrders: false },
  liveUpdate: {
    keepsRetrieveErrors: true,
    refusesTwice: true,
    registersAnyTime: true,
    countsIncomingFlbs: false,
    skipsReturningKexec: false,
    hasGetName: false,
  },
  formats: withEntries(V7_0.formats, 'name', [
    { name: 'LUO/memfd', format: 'memfd-v2', struct: MEMFD_LUO_SER, onMismatch: 'io-error' },
    {
      name: 'kexec-metadata',
      format: '1',
      struct: KEXEC_METADATA,
      minSizeBytes: KEXEC_METADATA.sizeBytes,
      onMismatch: 'ignored',
    },
  ]),
  userFiles: withEntries(
    V7_0.userFiles.filter(({ path }) => path !== FINALIZE.path),
    'path',
    [
      debugfsFile('out/sub_fdts/<name>', 'a blob given to kho_add_subtree'),
      debugfsFile('in/sub_fdts/<name>', 'a blob of the previous kernel', 'on a KHO boot'),
    ],
  ),
  api: apiOf('7.1'),
  defects: [
    'vmalloc-order-unset',
    'restore-ignores-nodes',
    'out-fdt-frozen',
    'session-lost-on-close',
    'sessions-unlocked-at-reboot',
  ],
};
