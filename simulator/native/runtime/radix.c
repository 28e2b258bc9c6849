/* Trees of keys. The engine keeps them in memory; callbacks of a walk run here, under the lock. */
#include <kho/release.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "native.h"

#if KHO_LINUX >= KHO_RELEASE(7, 1)

#include <linux/kho_radix_tree.h>

#define INT(call...) ((int)kho_native_call_int(kho_native_call(call)))

/* Of the C library: what a walk comes by is none of the kernel's memory. */
void *malloc(unsigned long size);
void free(void *memory);

struct visited {
	u64 first;
	u64 second;
};

/* All that a walk comes by, with the tree locked; NULL and an error if there is no tree. */
static struct visited *begin_walk(struct kho_radix_tree *tree, const char *kind, size_t *count,
				  int *error)
{
	const struct kho_message *reply;
	struct visited *all;
	size_t bytes;

	reply = kho_native_call("khoRadixWalkTree", "ps", tree->root, kind);
	*count = 0;
	*error = 0;
	if (reply->values[0].kind != 'b') {
		*error = (int)kho_native_call_int(reply);
		return NULL;
	}
	/* Calls of the callbacks use the same room for their replies. */
	bytes = reply->values[0].number;
	all = malloc(bytes + sizeof(*all));
	memcpy(all, reply->values[0].bytes, bytes);
	*count = bytes / sizeof(*all);
	mutex_lock(&tree->lock);
	return all;
}

static void end_walk(struct kho_radix_tree *tree, struct visited *all)
{
	mutex_unlock(&tree->lock);
	kho_native_call("khoRadixWalkEnd", "p", tree->root);
	free(all);
}

#if KHO_LINUX >= KHO_RELEASE(7, 3)

int kho_radix_init_tree(struct kho_radix_tree *tree, struct kho_radix_node *root)
{
	const struct kho_message *reply = kho_native_call("khoRadixInitTree", "p", root);

	if (reply->values[0].kind != 'p')
		return (int)kho_native_call_int(reply);
	tree->root = kho_native_call_pointer(reply);
	mutex_init(&tree->lock);
	return 0;
}

void kho_radix_destroy_tree(struct kho_radix_tree *tree)
{
	kho_native_call("khoRadixDestroyTree", "p", tree->root);
	tree->root = NULL;
}

int kho_radix_add_key(struct kho_radix_tree *tree, unsigned long key)
{
	might_sleep();
	return INT("khoRadixAddKey", "pu", tree->root, key);
}

void kho_radix_del_key(struct kho_radix_tree *tree, unsigned long key)
{
	might_sleep();
	kho_native_call("khoRadixDelKey", "pu", tree->root, key);
}

int kho_radix_walk_tree(struct kho_radix_tree *tree, const struct kho_radix_walk_cb *cb,
			void *data)
{
	size_t count;
	int err;
	struct visited *all = begin_walk(tree, "keys", &count, &err);

	if (!all)
		return err;
	for (size_t i = 0; i < count && !err; i++) {
		if (all[i].first && cb->node)
			err = cb->node(all[i].second, data);
		else if (!all[i].first && cb->leaf)
			err = cb->leaf(all[i].second, data);
	}
	end_walk(tree, all);
	return err;
}

#else

int kho_radix_add_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order)
{
	might_sleep();
	return INT("khoRadixAddPage", "pii", tree->root, pfn, (unsigned long)order);
}

void kho_radix_del_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order)
{
	might_sleep();
	kho_native_call("khoRadixDelPage", "pii", tree->root, pfn, (unsigned long)order);
}

int kho_radix_walk_tree(struct kho_radix_tree *tree, kho_radix_tree_walk_callback_t cb)
{
	size_t count;
	int err;
	struct visited *all = begin_walk(tree, "blocks", &count, &err);

	if (!all)
		return err;
	for (size_t i = 0; i < count && !err; i++)
		err = cb(all[i].first, (unsigned int)all[i].second);
	end_walk(tree, all);
	return err;
}

#endif

#endif
