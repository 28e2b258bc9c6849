import type { Release } from '../release.ts';
import { KHO_DATA_V4 } from '../structs/index.ts';
import { apiOf } from './api.ts';
import { withEntries } from './changes.ts';
import { SEED } from './seed.ts';

/**
 * The patch series v4 of 6 February 2025: <20250206132754.2596694-1-rppt@kernel.org>. The next
 * kernel walks the FDT for memory instead of being handed the mem cache, and user space has KHO
 * to switch on; the sysfs files and their formats stay, for as many regions as there are.
 */
export const V4: Release = {
  ...SEED,
  name: 'v4',
  title: 'KHO patch series v4 (February 2025)',
  scratch: {
    regions: 'list',
    alignment: 'cma-pageblock',
    isExtended: false,
    isTakenUnchecked: true,
    parameter: { acceptsZero: false, acceptsTrailing: true },
  },
  formats: [],
  bootData: {
    x86_64: { kind: 'setup-data', type: 10, payload: KHO_DATA_V4 },
    arm64: { kind: 'chosen', properties: ['linux,kho-dt', 'linux,kho-scratch'] },
  },
  userFiles: withEntries(SEED.userFiles, 'path', [
    {
      path: '/sys/kernel/kho/active',
      mode: 0o600,
      format: '0 or 1, a line',
      writeErrors: [
        { error: 'EINVAL', when: 'it is not a boolean, or a callback failed' },
        { error: 'EOPNOTSUPP', when: 'KHO is not switched on' },
        { error: 'ENOMEM', when: 'no scratch memory was reserved' },
      ],
    },
    {
      path: '/sys/kernel/kho/dt_max',
      mode: 0o600,
      format: 'largest FDT in bytes, 0x%llx, a line',
      writeErrors: [
        { error: 'EINVAL', when: 'it is not a number' },
        { error: 'EBUSY', when: 'there is an FDT already' },
      ],
    },
    {
      path: '/sys/kernel/kho/scratch_phys',
      mode: 0o400,
      format: 'one address a line, 0x%llx',
      writeErrors: [],
    },
    {
      path: '/sys/kernel/kho/scratch_len',
      mode: 0o400,
      format: 'one length in bytes a line, 0x%llx',
      writeErrors: [],
    },
  ]),
  parameters: [
    { name: 'kho', syntax: 'on|off|1|0|y|n', description: 'Enables handovers; off by default' },
    {
      name: 'kho_scratch',
      syntax: 'nn[KMG],mm[KMG] | nn%',
      description: 'Scratch sizes: anywhere, per NUMA node; or scaled (200% by default)',
    },
  ],
  api: apiOf('v4'),
};
