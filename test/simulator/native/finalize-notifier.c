/* A driver of 6.16 to 6.18: it adds its FDT when a notifier tells it to. */
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>

static struct folio *fdt_folio;

static int demo_finalize(struct kho_serialization *ser)
{
	void *fdt = folio_address(fdt_folio);
	int err;

	err = fdt_create_empty_tree(fdt, PAGE_SIZE);
	if (!err)
		err = kho_preserve_folio(fdt_folio);
	return err ? err : kho_add_subtree(ser, "demo", fdt);
}

static int demo_notify(struct notifier_block *nb, unsigned long cmd, void *v)
{
	if (cmd == KEXEC_KHO_FINALIZE)
		return notifier_from_errno(demo_finalize(v));
	return NOTIFY_DONE;
}

static struct notifier_block demo_nb = { .notifier_call = demo_notify };

static int __init demo_init(void)
{
	phys_addr_t phys;
	int err = kho_retrieve_subtree("demo", &phys);

	if (!err)
		return kho_restore_folio(phys) ? 0 : -EINVAL;
	fdt_folio = folio_alloc(GFP_KERNEL, 0);
	if (!fdt_folio)
		return -ENOMEM;
	return register_kho_notifier(&demo_nb);
}
module_init(demo_init);
MODULE_LICENSE("GPL");
