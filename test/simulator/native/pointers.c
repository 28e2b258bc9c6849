/*
 * Addresses that mean nothing, or something else, where they are used. The parameter says which of
 * them is left for the next kernel, or used in the first.
 */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

struct left {
	u64 *virt;
	int (*function)(int);
	struct list_head list;
	phys_addr_t phys;
	u64 value;
};

static struct left *left;
static u64 counter = 5;

static int twice(int x)
{
	return x * 2;
}

static struct folio *preserved(int order)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, order);

	kho_preserve_folio(folio);
	return folio;
}

static void use_virt(void)
{
	pr_info("%llu\n", *left->virt);
}

static void use_phys(void)
{
	pr_info("%llu\n", *(u64 *)phys_to_virt(left->phys));
}

static void vmalloc_address(void)
{
	left->virt = vmalloc(PAGE_SIZE);
	*left->virt = 7;
}

static void freed_area(void)
{
	left->virt = vmalloc(PAGE_SIZE);
	vfree(left->virt);
}

static void string_literal(void)
{
	left->virt = (u64 *)"a string of ring";
}

static void function_pointer(void)
{
	left->function = twice;
}

static void call_function(void)
{
	pr_info("%d\n", left->function(2));
}

static void call_data(void)
{
	left->virt = kmalloc(64, GFP_KERNEL);
	left->function = (int (*)(int))(void *)left->virt;
	left->function(2);
}

static void module_variable(void)
{
	left->virt = &counter;
}

static void stack_variable(void)
{
	u64 x = 3;

	left->virt = (u64 *)((unsigned long)&x & ~7UL);
}

static void struct_page(void)
{
	left->virt = (u64 *)folio_page(preserved(0), 0);
}

static void direct_map(void)
{
	left->virt = folio_address(preserved(0));
}

static void object(void)
{
	left->virt = kmalloc(64, GFP_KERNEL);
}

static void write_virt(void)
{
	*left->virt = 9;
}

static void list_entry_left(void)
{
	struct left *other = kzalloc(sizeof(*other), GFP_KERNEL);

	INIT_LIST_HEAD(&left->list);
	list_add(&other->list, &left->list);
}

static void walk_list(void)
{
	struct left *each;

	list_for_each_entry(each, &left->list, list)
		pr_info("%llu\n", each->value);
}

static void physical(void)
{
	left->virt = (u64 *)virt_to_phys(folio_address(preserved(0)));
}

static void error_pointer(void)
{
	left->virt = ERR_PTR(-ENOMEM);
}

static void unpreserved(void)
{
	struct folio *folio = preserved(1);

	left->phys = virt_to_phys(folio_address(folio));
	kho_unpreserve_folio(folio);
}

static void never_preserved(void)
{
	left->phys = virt_to_phys(kmalloc(100, GFP_KERNEL));
}

static void kfreed(void)
{
	void *p = kmalloc(2048, GFP_KERNEL);

	left->phys = virt_to_phys(p);
	kfree(p);
}

static void folio_left(void)
{
	left->phys = virt_to_phys(folio_address(preserved(1)));
}

static void use_behind_folio(void)
{
	u64 *words = folio_address(kho_restore_folio(left->phys));

	pr_info("%llu\n", words[2 * PAGE_SIZE / sizeof(*words)]);
}

static void use_put_folio(void)
{
	struct folio *folio = kho_restore_folio(left->phys);
	u64 *words = folio_address(folio);

	folio_put(folio);
	pr_info("%llu\n", words[0]);
}

static void use_behind_area(void)
{
	char *area = vmalloc(PAGE_SIZE);

	area[PAGE_SIZE] = 1;
}

static void use_unwritten(void)
{
	struct left **area = vmalloc(PAGE_SIZE);

	pr_info("%llu\n", area[3]->value);
}

static void use_freed_pointer(void)
{
	struct left **other = kmalloc(64, GFP_KERNEL), **object = kmalloc(64, GFP_KERNEL);

	kfree(object);
	pr_info("%p %llu\n", other, object[3]->value);
}

static void write_string(void)
{
	*(char *)"constant" = 'x';
}

static const struct {
	const char *name;
	void (*leave)(void);
	void (*use)(void);
} VARIANTS[] = {
	{ "vmalloc_address", vmalloc_address, use_virt },
	{ "freed_area", freed_area, use_virt },
	{ "string_literal", string_literal, use_virt },
	{ "function_pointer", function_pointer, call_function },
	{ "call_data", call_data, NULL },
	{ "module_variable", module_variable, use_virt },
	{ "stack_variable", stack_variable, use_virt },
	{ "struct_page", struct_page, use_virt },
	{ "direct_map", direct_map, use_virt },
	{ "object", object, write_virt },
	{ "list_entry_left", list_entry_left, walk_list },
	{ "physical", physical, use_virt },
	{ "error_pointer", error_pointer, use_virt },
	{ "unpreserved", unpreserved, use_phys },
	{ "never_preserved", never_preserved, use_phys },
	{ "kfreed", kfreed, use_phys },
	{ "behind_folio", folio_left, use_behind_folio },
	{ "put_folio", folio_left, use_put_folio },
	{ "behind_area", use_behind_area, NULL },
	{ "unwritten", use_unwritten, NULL },
	{ "freed_pointer", use_freed_pointer, NULL },
	{ "write_string", write_string, NULL },
};

static char *variant;
module_param(variant, charp, 0);

static int __init pointers_init(void)
{
	phys_addr_t phys;
	size_t size, i = 0;

	while (strcmp(VARIANTS[i].name, variant))
		i++;
	if (!kho_retrieve_subtree("pointers", &phys, &size)) {
		left = phys_to_virt(phys);
		VARIANTS[i].use();
		return 0;
	}
	if (is_kho_boot())
		return 0;
	left = kho_alloc_preserve(PAGE_SIZE);
	VARIANTS[i].leave();
	return kho_add_subtree("pointers", left, sizeof(*left));
}
module_init(pointers_init);
