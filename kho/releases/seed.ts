import type { Release } from '../release.ts';
import { KHO_DATA_SEED } from '../structs/index.ts';
import { apiOf } from './api.ts';

/**
 * The patch series v3 of 17 January 2024, which the slides describe:
 * <20240117144704.602-1-graf@amazon.com>.
 */
export const SEED: Release = {
  name: 'seed',
  title: 'KHO patch series v3 (January 2024)',
  rootCompatible: 'kho-v1',
  memoryMap: { kind: 'mem-properties', property: 'mem' },
  subtrees: { kind: 'inline' },
  fdtSize: { kind: 'dt-max', defaultBytes: 0xa00000 },
  serialization: 'active',
  scratch: {
    regions: 'one',
    alignment: 'page',
    isExtended: false,
    isTakenUnchecked: true,
    parameter: { acceptsZero: false, acceptsTrailing: true },
  },
  preserve: { refusesScratch: true, splitsAtNodes: false, losesVmallocErrors: false },
  restore: { checksMagic: false, refusesLargeOrders: false },
  formats: [{ name: 'ftrace', format: 'ftrace-v1', onMismatch: 'not-restored' }],
  pageSizes: { x86_64: [4096], arm64: [4096, 16384, 65536] },
  bootData: {
    x86_64: { kind: 'setup-data', type: 10, payload: KHO_DATA_SEED },
    arm64: { kind: 'chosen', properties: ['linux,kho-dt', 'linux,kho-scratch', 'linux,kho-mem'] },
  },
  userFiles: [
    {
      path: '/sys/kernel/kho/active',
      mode: 0o600,
      format: '0 or 1, a line',
      writeErrors: [
        { error: 'EINVAL', when: 'it is not a boolean, or a callback failed' },
        { error: 'ENOMEM', when: 'no scratch memory was reserved' },
      ],
    },
    {
      path: '/sys/kernel/kho/dt_max',
      mode: 0o600,
      format: 'largest FDT in bytes, 0x%llx, a line',
      writeErrors: [{ error: 'EINVAL', when: 'it is not a number' }],
    },
    {
      path: '/sys/kernel/kho/scratch_phys',
      mode: 0o400,
      format: 'physical address of the scratch region, 0x%llx, a line',
      writeErrors: [],
    },
    {
      path: '/sys/kernel/kho/scratch_len',
      mode: 0o400,
      format: 'length of the scratch region in bytes, 0x%llx, a line',
      writeErrors: [],
    },
    {
      path: '/sys/kernel/kho/dt',
      mode: 0o400,
      format: 'the FDT that will be handed over',
      exists: 'while active',
      writeErrors: [],
    },
    {
      path: '/sys/firmware/kho/dt',
      mode: 0o400,
      format: 'the FDT that the previous kernel handed over',
      exists: 'on a KHO boot',
      writeErrors: [],
    },
  ],
  parameters: [
    {
      name: 'kho_scratch',
      syntax: 'n[KMG]',
      description: 'Size of the scratch region; without it there is no handover',
    },
  ],
  api: apiOf('seed'),
};
