import type { Release } from '../release.ts';
import { KHO_DATA_SEED } from '../structs/index.ts';

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
  scratch: { regions: 'one', alignment: 'page', isExtended: false },
  restore: { checksMagic: false },
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
  api: [
    {
      name: 'register_kho_notifier',
      signature: 'int register_kho_notifier(struct notifier_block *nb)',
      description: 'Calls nb when state is serialized (KEXEC_KHO_DUMP) or given up (ABORT)',
      errors: [],
    },
    {
      name: 'unregister_kho_notifier',
      signature: 'int unregister_kho_notifier(struct notifier_block *nb)',
      description: 'Ends what register_kho_notifier began',
      errors: ['-ENOENT'],
    },
    {
      name: 'kho_is_active',
      signature: 'bool kho_is_active(void)',
      description: 'True while state is serialized and must not change',
      errors: [],
    },
    {
      name: 'kho_get_fdt',
      signature: 'const void *kho_get_fdt(void)',
      description: 'The FDT of the previous kernel; NULL if it handed nothing over',
      errors: [],
    },
    {
      name: 'kho_claim_mem',
      signature: 'void *kho_claim_mem(const struct kho_mem *mem)',
      description: 'Takes over a range and returns its address; warns if it is not singly held',
      errors: [],
    },
    {
      name: 'kho_return_mem',
      signature: 'void kho_return_mem(const struct kho_mem *mem)',
      description: 'Drops one reference to each page of a range; the last one frees the page',
      errors: [],
    },
  ],
};
