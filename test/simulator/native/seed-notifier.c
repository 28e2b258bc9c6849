/* A driver of the patch series before 6.16: a node of its own in the FDT that a notifier is given. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kexec.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>

static struct page *page;

static int demo_dump(void *fdt)
{
	struct kho_mem mem = { .addr = page_to_phys(page) };
	int err = 0;

	err |= fdt_begin_node(fdt, "demo");
	err |= fdt_property_string(fdt, "compatible", "demo-v1");
	err |= fdt_property(fdt, "mem", &mem, sizeof(mem));
	err |= fdt_end_node(fdt);
	return err;
}

static int demo_notify(struct notifier_block *nb, unsigned long cmd, void *v)
{
	switch (cmd) {
	case KEXEC_KHO_DUMP:
		return demo_dump(v) ? NOTIFY_BAD : NOTIFY_DONE;
	case KEXEC_KHO_ABORT:
		return NOTIFY_DONE;
	default:
		return NOTIFY_BAD;
	}
}

static struct notifier_block demo_nb = { .notifier_call = demo_notify };

static int __init demo_init(void)
{
	const void *fdt = kho_get_fdt();

	if (fdt)
		pr_info("%d bytes\n", fdt_totalsize(fdt));
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	return register_kho_notifier(&demo_nb);
}
late_initcall(demo_init);
