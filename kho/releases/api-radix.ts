import type { ApiHistory } from './api-history.ts';

/** The tree of preserved memory, for drivers that keep one: include/linux/kho_radix_tree.h. */
export const RADIX_API: readonly ApiHistory[] = [
  {
    name: 'kho_radix_init_tree',
    versions: [
      {
        releases: ['7.3..'],
        signature:
          'int kho_radix_init_tree(struct kho_radix_tree *tree, struct kho_radix_node *root)',
        description: 'Makes a tree of the nodes below root, or an empty one if root is NULL',
        errors: ['-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_radix_destroy_tree',
    versions: [
      {
        releases: ['7.3..'],
        signature: 'void kho_radix_destroy_tree(struct kho_radix_tree *tree)',
        description: 'Frees every node',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_radix_add_page',
    versions: [
      {
        releases: ['7.1..7.2'],
        signature:
          'int kho_radix_add_page(struct kho_radix_tree *tree, unsigned long pfn, ' +
          'unsigned int order)',
        description: 'Adds the block of that order; one that is there already is added once',
        errors: ['-EINVAL', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_radix_del_page',
    versions: [
      {
        releases: ['7.1..7.2'],
        signature:
          'void kho_radix_del_page(struct kho_radix_tree *tree, unsigned long pfn, ' +
          'unsigned int order)',
        description: 'Takes out a block; its nodes stay',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_radix_add_key',
    versions: [
      {
        releases: ['7.3..'],
        signature: 'int kho_radix_add_key(struct kho_radix_tree *tree, unsigned long key)',
        description: 'Adds a key; one that is there already is added once',
        errors: ['-EINVAL', '-ERANGE', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_radix_del_key',
    versions: [
      {
        releases: ['7.3..'],
        signature: 'void kho_radix_del_key(struct kho_radix_tree *tree, unsigned long key)',
        description: 'Takes out a key; its nodes stay',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_radix_walk_tree',
    versions: [
      {
        releases: ['7.1..7.2'],
        signature:
          'int kho_radix_walk_tree(struct kho_radix_tree *tree, ' +
          'kho_radix_tree_walk_callback_t cb)',
        description: 'Calls cb for each block, with the tree locked; ends at the first non-zero',
        errors: [],
      },
      {
        releases: ['7.3..'],
        signature:
          'int kho_radix_walk_tree(struct kho_radix_tree *tree, ' +
          'const struct kho_radix_walk_cb *cb, void *data)',
        description:
          'Calls cb for keys and nodes, with the tree locked; ends at the first non-zero',
        errors: [],
      },
    ],
  },
];
