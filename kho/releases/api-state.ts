import type { ApiHistory } from './api-history.ts';

/** Questions about the handover as a whole. */
export const STATE_API: readonly ApiHistory[] = [
  {
    name: 'kho_is_active',
    versions: [
      {
        releases: ['seed'],
        signature: 'bool kho_is_active(void)',
        description: 'True while state is serialized and must not change',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_is_enabled',
    versions: [
      {
        releases: ['6.16..'],
        signature: 'bool kho_is_enabled(void)',
        description: 'True unless KHO is off or its scratch memory could not be reserved',
        errors: [],
      },
    ],
  },
  {
    name: 'is_kho_boot',
    versions: [
      {
        releases: ['seed'],
        signature: 'bool is_kho_boot(void)',
        description: 'True if there is scratch memory, so also in a first kernel that reserved it',
        errors: [],
      },
      {
        releases: ['6.18..'],
        signature: 'bool is_kho_boot(void)',
        description: 'True if a previous kernel handed something over',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_get_fdt',
    versions: [
      {
        releases: ['seed..v4'],
        signature: 'const void *kho_get_fdt(void)',
        description: 'The FDT of the previous kernel; NULL if it handed nothing over',
        errors: [],
      },
    ],
  },
];
