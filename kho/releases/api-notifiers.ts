import type { ApiHistory } from './api-history.ts';

/** How drivers hear that their state is wanted, until state became live (70f9133096c8). */
export const NOTIFIER_API: readonly ApiHistory[] = [
  {
    name: 'register_kho_notifier',
    versions: [
      {
        releases: ['seed..v4'],
        signature: 'int register_kho_notifier(struct notifier_block *nb)',
        description: 'Calls nb when state is serialized (KEXEC_KHO_DUMP) or given up (ABORT)',
        errors: ['-EEXIST'],
      },
      {
        releases: ['6.16..6.18'],
        signature: 'int register_kho_notifier(struct notifier_block *nb)',
        description: 'Calls nb to add subtrees (KEXEC_KHO_FINALIZE) or when all is undone (ABORT)',
        errors: ['-EEXIST'],
      },
    ],
  },
  {
    name: 'unregister_kho_notifier',
    versions: [
      {
        releases: ['seed..6.18'],
        signature: 'int unregister_kho_notifier(struct notifier_block *nb)',
        description: 'Ends what register_kho_notifier began',
        errors: ['-ENOENT'],
      },
    ],
  },
];
