import type { ApiHistory } from './api-history.ts';

/** How drivers name what they hand over: kernel/liveupdate/kexec_handover.c. */
export const SUBTREE_API: readonly ApiHistory[] = [
  {
    name: 'kho_add_subtree',
    versions: [
      {
        releases: ['6.16..6.18'],
        signature:
          'int kho_add_subtree(struct kho_serialization *ser, const char *name, void *fdt)',
        description: 'Names an FDT in the root FDT, from a notifier only; preserves nothing',
        errors: ['-FDT_ERR_NOSPACE', '-ENOMEM'],
      },
      {
        releases: ['6.19..7.0'],
        signature: 'int kho_add_subtree(const char *name, void *fdt)',
        description: 'Names an FDT in the root FDT; preserving its memory is up to the caller',
        errors: ['-EEXIST', '-ENOMEM', '-FDT_ERR_NOSPACE'],
      },
      {
        releases: ['7.1..'],
        signature: 'int kho_add_subtree(const char *name, void *blob, size_t size)',
        description: 'Names a blob in the root FDT; preserving its memory is up to the caller',
        errors: ['-EEXIST', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_remove_subtree',
    versions: [
      {
        releases: ['6.19..7.0'],
        signature: 'void kho_remove_subtree(void *fdt)',
        description: 'Takes an FDT out of the root FDT',
        errors: [],
      },
      {
        releases: ['7.1..'],
        signature: 'void kho_remove_subtree(void *blob)',
        description: 'Takes a blob out of the root FDT',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_retrieve_subtree',
    versions: [
      {
        releases: ['6.16..7.0'],
        signature: 'int kho_retrieve_subtree(const char *name, phys_addr_t *phys)',
        description: 'Where the previous kernel left the FDT of that name',
        errors: ['-ENOENT', '-EINVAL'],
      },
      {
        releases: ['7.1..'],
        signature: 'int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)',
        description: 'Where the previous kernel left the blob of that name',
        errors: ['-ENOENT', '-EINVAL'],
      },
    ],
  },
];
