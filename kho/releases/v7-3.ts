import type { Release } from '../release.ts';
import { apiOf } from './api.ts';
import { withEntries } from './changes.ts';
import { debugfsFile } from './debugfs.ts';
import { V7_2 } from './v7-2.ts';

/**
 * Linux 7.3: boots in free blocks besides scratch (14773e2aa4c5); trees of keys of any meaning
 * (64c48113b324).
 */
export const V7_3: Release = {
  ...V7_2,
  name: '7.3',
  title: 'Linux 7.3',
  isOffInCrashKernel: true,
  memoryMap: { kind: 'radix-tree', property: 'preserved-memory-map', sizesAreInts: false },
  scratch: { ...V7_2.scratch, isExtended: true },
  userFiles: withEntries(V7_2.userFiles, 'path', [
    debugfsFile(
      'in/sub_fdts/<name>',
      'a blob of the previous kernel; in LUO bytes of others, as it was freed (a known defect)',
      'on a KHO boot',
    ),
  ]),
  parameters: withEntries(V7_2.parameters, 'name', [
    {
      name: 'kho_scratch',
      syntax: 'll[KMG],mm[KMG],nn[KMG] | nn%',
      description:
        'Scratch sizes: low memory, anywhere, per NUMA node; or scaled (200%), which ' +
        'leaves HugeTLB out',
    },
  ]),
  api: apiOf('7.3'),
};
