/* What the functions of the trees of keys take. */
#pragma once

#include <kho/release.h>
#include <linux/mutex_types.h>
#include <linux/types.h>

struct kho_radix_node;

struct kho_radix_tree {
	struct kho_radix_node *root;
	struct mutex lock;
};

#if KHO_LINUX >= KHO_RELEASE(7, 3)
struct kho_radix_walk_cb {
	int (*leaf)(unsigned long key, void *data);
	int (*node)(phys_addr_t phys, void *data);
};
#else
typedef int (*kho_radix_tree_walk_callback_t)(phys_addr_t phys, unsigned int order);
#endif
