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

/* What a walk has come by, in pieces of what one message carries. */
struct walk {
	struct kho_radix_tree *tree;
	struct visited *piece;
	size_t count;
	size_t at;
};

static void take_piece(struct walk *walk, const struct kho_message *reply)
{
	size_t bytes = reply->values[0].number;

	/* Calls of the callbacks use the same room for their replies. */
	free(walk->piece);
	walk->piece = malloc(bytes + sizeof(*walk->piece));
	memcpy(walk->piece, reply->values[0].bytes, bytes);
	walk->count = bytes / sizeof(*walk->piece);
	walk->at = 0;
}

/* 0 with the tree locked, or an error. */
static int begin_walk(struct walk *walk, const char *kind)
{
	const struct kho_message *reply;

	reply = kho_native_call("khoRadixWalkTree", "ps", walk->tree->root, kind);
	if (reply->values[0].kind != 'b')
		return (int)kho_native_call_int(reply);
	take_piece(walk, reply);
	mutex_lock(&walk->tree->lock);
	return 0;
}

/* What comes next, or NULL at the end. */
static const struct visited *next_visited(struct walk *walk)
{
	if (walk->at == walk->count)
		take_piece(walk, kho_native_call("khoRadixWalkNext", "p", walk->tree->root));
	return walk->count ? &walk->piece[walk->at++] : NULL;
}

static void end_walk(struct walk *walk)
{
	mutex_unlock(&walk->tree->lock);
	kho_native_call("khoRadixWalkEnd", "p", walk->tree->root);
	free(walk->piece);
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
	kho_native_might_sleep(__func__);
	return INT("khoRadixAddKey", "pu", tree->root, key);
}

void kho_radix_del_key(struct kho_radix_tree *tree, unsigned long key)
{
	kho_native_might_sleep(__func__);
	kho_native_call("khoRadixDelKey", "pu", tree->root, key);
}

int kho_radix_walk_tree(struct kho_radix_tree *tree, const struct kho_radix_walk_cb *cb,
			void *data)
{
	struct walk walk = { .tree = tree };
	const struct visited *each;
	int err = begin_walk(&walk, "keys");

	if (err)
		return err;
	while (!err && (each = next_visited(&walk))) {
		if (each->first && cb->node)
			err = cb->node(each->second, data);
		else if (!each->first && cb->leaf)
			err = cb->leaf(each->second, data);
	}
	end_walk(&walk);
	return err;
}

#else

int kho_radix_add_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order)
{
	kho_native_might_sleep(__func__);
	return INT("khoRadixAddPage", "pii", tree->root, pfn, (unsigned long)order);
}

void kho_radix_del_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order)
{
	kho_native_might_sleep(__func__);
	kho_native_call("khoRadixDelPage", "pii", tree->root, pfn, (unsigned long)order);
}

int kho_radix_walk_tree(struct kho_radix_tree *tree, kho_radix_tree_walk_callback_t cb)
{
	struct walk walk = { .tree = tree };
	const struct visited *each;
	int err = begin_walk(&walk, "blocks");

	if (err)
		return err;
	while (!err && (each = next_visited(&walk)))
		err = cb(each->first, (unsigned int)each->second);
	end_walk(&walk);
	return err;
}

#endif

#endif
