// SPDX-License-Identifier: GPL-2.0
/*
 * Entries that outlive the kernel, one page each, in the order in which they were written: for all
 * releases from 6.18 on, which differ in when and how state is handed over.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/version.h>

#define JOURNAL "journal"
#define COMPATIBLE "journal-v1"
#define MAX_ENTRIES 64

struct entry {
	struct list_head list;
	struct folio *folio;
	u64 *words;
};

static LIST_HEAD(entries);
static void *tree;

static int write_tree(void);

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
/* Nothing is preserved before user space finalizes, and nothing has to be undone. */
static int preserve(struct folio *folio)
{
	return 0;
}

static void unpreserve(struct folio *folio)
{
}

static void free_old(void *old)
{
	folio_put(kho_restore_folio(virt_to_phys(old)));
}

static int find_subtree(phys_addr_t *phys)
{
	return kho_retrieve_subtree(JOURNAL, phys);
}

static int finalize(struct notifier_block *nb, unsigned long cmd, void *ser)
{
	struct entry *entry;
	int err;

	if (cmd != KEXEC_KHO_FINALIZE)
		return NOTIFY_DONE;
	err = kho_preserve_folio(virt_to_folio(tree));
	list_for_each_entry(entry, &entries, list)
		err = err ?: kho_preserve_folio(entry->folio);
	return notifier_from_errno(err ?: write_tree() ?: kho_add_subtree(ser, JOURNAL, tree));
}
static struct notifier_block finalize_nb = { .notifier_call = finalize };

static int hand_over(void)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);

	if (!folio)
		return -ENOMEM;
	tree = folio_address(folio);
	return register_kho_notifier(&finalize_nb);
}
#else
static int preserve(struct folio *folio)
{
	return kho_preserve_folio(folio);
}

static void unpreserve(struct folio *folio)
{
	kho_unpreserve_folio(folio);
}

static void free_old(void *old)
{
	kho_restore_free(old);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
static int add_subtree(void)
{
	/* All of it: there may be more entries later. */
	return kho_add_subtree(JOURNAL, tree, PAGE_SIZE);
}

static int find_subtree(phys_addr_t *phys)
{
	size_t size;

	return kho_retrieve_subtree(JOURNAL, phys, &size);
}
#else
static int add_subtree(void)
{
	return kho_add_subtree(JOURNAL, tree);
}

static int find_subtree(phys_addr_t *phys)
{
	return kho_retrieve_subtree(JOURNAL, phys);
}
#endif

static int hand_over(void)
{
	int err;

	tree = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(tree))
		return PTR_ERR(tree);
	err = write_tree() ?: add_subtree();
	if (err)
		kho_unpreserve_free(tree);
	return err;
}
#endif

static int append(struct folio *folio)
{
	struct entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

	if (!entry)
		return -ENOMEM;
	entry->folio = folio;
	entry->words = folio_address(folio);
	list_add_tail(&entry->list, &entries);
	return 0;
}

static void drop_all(bool are_preserved)
{
	struct entry *entry, *next;

	list_for_each_entry_safe(entry, next, &entries, list) {
		if (are_preserved)
			unpreserve(entry->folio);
		list_del(&entry->list);
		folio_put(entry->folio);
		kfree(entry);
	}
}

/* A subtree is written anew whenever there is an entry more. */
static int write_tree(void)
{
	struct entry *entry;
	u64 pages[MAX_ENTRIES];
	int count = 0, err;

	list_for_each_entry(entry, &entries, list)
		pages[count++] = virt_to_phys(entry->words);
	err = fdt_create(tree, PAGE_SIZE);
	err = err ?: fdt_finish_reservemap(tree);
	err = err ?: fdt_begin_node(tree, "");
	err = err ?: fdt_property_string(tree, "compatible", COMPATIBLE);
	err = err ?: fdt_property(tree, "pages", pages, count * sizeof(*pages));
	err = err ?: fdt_end_node(tree);
	err = err ?: fdt_finish(tree);
	return err ? -ENOSPC : 0;
}

static __used int journal_write(int value)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);
	struct entry *entry;
	int err;

	if (!folio)
		return -ENOMEM;
	*(u64 *)folio_address(folio) = value;
	err = preserve(folio);
	if (err)
		goto err_put;
	err = append(folio);
	if (err)
		goto err_unpreserve;
	err = write_tree();
	if (err)
		goto err_remove;
	return 0;

err_remove:
	entry = list_last_entry(&entries, struct entry, list);
	list_del(&entry->list);
	kfree(entry);
	/* What was there before must be found again. */
	WARN_ON(write_tree());
err_unpreserve:
	unpreserve(folio);
err_put:
	folio_put(folio);
	return err;
}

static __used int journal_sum(int expected)
{
	struct entry *entry;
	int sum = 0, count = 0;

	list_for_each_entry(entry, &entries, list) {
		sum += *entry->words;
		count++;
	}
	if (sum != expected)
		return -EIO;
	pr_info("%d entries add up to %d\n", count, sum);
	return 0;
}

static int take_over(void *old)
{
	const u64 *pages;
	int len;

	if (fdt_node_check_compatible(old, 0, COMPATIBLE))
		return -EINVAL;
	pages = fdt_getprop(old, 0, "pages", &len);
	if (!pages || len % sizeof(*pages))
		return -EINVAL;
	for (int i = 0; i < len / (int)sizeof(*pages); i++) {
		struct folio *folio = kho_restore_folio(get_unaligned(&pages[i]));
		int err = folio ? append(folio) : -EIO;

		if (err && folio)
			folio_put(folio);
		if (err)
			return err;
	}
	free_old(old);
	return 0;
}

static int preserve_all(void)
{
	struct entry *entry;
	int err = 0;

	list_for_each_entry(entry, &entries, list) {
		err = preserve(entry->folio);
		if (err)
			break;
	}
	if (err)
		list_for_each_entry_continue_reverse(entry, &entries, list)
			unpreserve(entry->folio);
	return err;
}

static int __init journal_init(void)
{
	phys_addr_t phys;
	int err = find_subtree(&phys);

	if (!err)
		err = take_over(phys_to_virt(phys));
	else if (err == -ENOENT)
		err = 0;
	if (err)
		goto err_drop;
	err = preserve_all();
	if (err)
		goto err_drop;
	err = hand_over();
	if (err)
		drop_all(true);
	return err;

err_drop:
	drop_all(false);
	return err;
}
module_init(journal_init);

MODULE_LICENSE("GPL");
