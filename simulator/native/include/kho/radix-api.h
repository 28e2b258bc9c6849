/*
 * What drivers call of the trees of keys.
 * Made of the table of releases: UPDATE_GOLDEN=1 with its test writes it anew.
 */
#pragma once

#include <kho/radix-types.h>
#include <kho/release.h>
#include <linux/types.h>


/* Makes a tree of the nodes below root, or an empty one if root is NULL: -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(7, 3)
int kho_radix_init_tree(struct kho_radix_tree *tree, struct kho_radix_node *root);
#endif

/* Frees every node */
#if KHO_LINUX >= KHO_RELEASE(7, 3)
void kho_radix_destroy_tree(struct kho_radix_tree *tree);
#endif

/* Adds the block of that order; one that is there already is added once: -EINVAL, -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(7, 1) && KHO_LINUX <= KHO_RELEASE(7, 2)
int kho_radix_add_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order);
#endif

/* Takes out a block; its nodes stay */
#if KHO_LINUX >= KHO_RELEASE(7, 1) && KHO_LINUX <= KHO_RELEASE(7, 2)
void kho_radix_del_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order);
#endif

/* Adds a key; one that is there already is added once: -EINVAL, -ERANGE, -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(7, 3)
int kho_radix_add_key(struct kho_radix_tree *tree, unsigned long key);
#endif

/* Takes out a key; its nodes stay */
#if KHO_LINUX >= KHO_RELEASE(7, 3)
void kho_radix_del_key(struct kho_radix_tree *tree, unsigned long key);
#endif

/* Calls cb for each block, with the tree locked; ends at the first non-zero */
#if KHO_LINUX >= KHO_RELEASE(7, 1) && KHO_LINUX <= KHO_RELEASE(7, 2)
int kho_radix_walk_tree(struct kho_radix_tree *tree, kho_radix_tree_walk_callback_t cb);
#endif

/* Calls cb for keys and nodes, with the tree locked; ends at the first non-zero */
#if KHO_LINUX >= KHO_RELEASE(7, 3)
int kho_radix_walk_tree(struct kho_radix_tree *tree, const struct kho_radix_walk_cb *cb,
			void *data);
#endif
