import type { Release } from '../release.ts';
import { MEMFD_LUO_SER_V1 } from '../structs/index.ts';
import { apiOf } from './api.ts';
import { withEntries } from './changes.ts';
import { debugfsFile, FINALIZE } from './debugfs.ts';
import { V6_18 } from './v6-18.ts';

/**
 * Linux 6.19: no notifiers (70f9133096c8), an FDT that is always there (e268689a5282) and follows
 * its subtrees (8e068a286aef), and the Live Update Orchestrator (9e2fd062fa17).
 */
export const V6_19: Release = {
  ...V6_18,
  name: '6.19',
  title: 'Linux 6.19',
  memoryMap: {
    kind: 'bitmaps',
    property: 'preserved-memory-map',
    bitmapBytes: 'page',
    isRequired: true,
  },
  serialization: 'finalize-map',
  liveUpdate: {
    keepsRetrieveErrors: false,
    refusesTwice: false,
    registersAnyTime: false,
    countsIncomingFlbs: false,
    skipsReturningKexec: false,
    hasGetName: false,
  },
  formats: withEntries(V6_18.formats, 'name', [
    { name: 'LUO', format: 'luo-v1', onMismatch: 'panic' },
    { name: 'LUO/session', format: 'luo-session-v1', onMismatch: 'panic' },
    {
      name: 'LUO/memfd',
      format: 'memfd-v1',
      struct: MEMFD_LUO_SER_V1,
      onMismatch: 'io-error',
    },
  ]),
  userFiles: withEntries(V6_18.userFiles, 'path', [
    {
      ...FINALIZE,
      format: '0 or 1, %llu, a line; 1 may be written again to write the map anew',
      writeErrors: [{ error: 'EINVAL', when: 'it is 0' }],
    },
    debugfsFile(
      'out/fdt',
      'the root FDT, cut at the size it had at boot (a known defect)',
      'after a cold boot only (a known defect)',
    ),
    debugfsFile('out/sub_fdts/<name>', 'an FDT given to kho_add_subtree'),
  ]),
  parameters: withEntries(V6_18.parameters, 'name', [
    {
      name: 'kho',
      syntax: 'on|off|1|0|y|n',
      description: 'Enables handovers; as CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT says by default',
    },
    { name: 'liveupdate', syntax: 'on|off|1|0|y|n', description: 'Enables live updates' },
  ]),
  api: apiOf('6.19'),
  defects: [
    'scratch-on-empty-nodes',
    'vmalloc-order-unset',
    'subtree-half-made',
    'out-fdt-frozen',
    'session-lost-on-close',
    'sessions-unlocked-at-reboot',
    'memfd-flag-uptodate-early',
    'memfd-flag-dirty-early',
  ],
};
