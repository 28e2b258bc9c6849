// SPDX-License-Identifier: MIT
/* A tree of keys that goes to the next kernel with its nodes. */
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho_radix_tree.h>
#include <linux/mm.h>
#include <linux/module.h>

static struct kho_radix_tree tree;
static u64 *blob;

static int preserve_node(phys_addr_t phys, void *data)
{
	return kho_preserve_pages(pfn_to_page(PHYS_PFN(phys)), 1);
}

static int restore_node(phys_addr_t phys, void *data)
{
	return kho_restore_pages(phys, 1) ? 0 : -EIO;
}

static int add_up(unsigned long key, void *data)
{
	*(unsigned long *)data += key;
	return 0;
}

static int take_over(phys_addr_t phys)
{
	const struct kho_radix_walk_cb nodes = { .node = restore_node };
	const struct kho_radix_walk_cb keys = { .leaf = add_up };
	unsigned long sum = 0;
	u64 *found = phys_to_virt(phys);
	int err;

	err = kho_radix_init_tree(&tree, phys_to_virt(*found));
	if (!err)
		err = kho_radix_walk_tree(&tree, &keys, &sum);
	if (!err)
		err = kho_radix_walk_tree(&tree, &nodes, NULL);
	kho_restore_free(found);
	pr_info("keys add up to %lu\n", sum);
	kho_radix_destroy_tree(&tree);
	return err;
}

static int __init radix_init(void)
{
	const struct kho_radix_walk_cb cb = { .node = preserve_node };
	phys_addr_t phys;
	int err;

	if (!kho_retrieve_subtree("radix-keys", &phys, NULL))
		return take_over(phys);
	err = kho_radix_init_tree(&tree, NULL);
	for (unsigned long key = 1; key <= 100000 && !err; key *= 10)
		err = kho_radix_add_key(&tree, key);
	if (!err)
		err = kho_radix_walk_tree(&tree, &cb, NULL);
	if (err)
		return err;
	blob = kho_alloc_preserve(sizeof(*blob));
	if (IS_ERR(blob))
		return PTR_ERR(blob);
	*blob = virt_to_phys(tree.root);
	return kho_add_subtree("radix-keys", blob, sizeof(*blob));
}
late_initcall(radix_init);
