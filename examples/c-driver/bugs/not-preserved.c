// SPDX-License-Identifier: GPL-2.0
/*
 * Deliberate bug: hands over where its counter is, and not the page that it is in. What the next
 * kernel finds there is somebody else's, or nothing.
 */
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>

struct state {
	phys_addr_t counter;
};

static int __init not_preserved_init(void)
{
	struct state *state;
	phys_addr_t phys;
	size_t size;
	u64 *counter;

	if (!kho_retrieve_subtree("state", &phys, &size)) {
		state = phys_to_virt(phys);
		counter = phys_to_virt(state->counter);
		pr_info("the counter is %llu\n", *counter);
		return 0;
	}
	state = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(state))
		return PTR_ERR(state);
	counter = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!counter)
		return -ENOMEM;
	*counter = 42;
	state->counter = virt_to_phys(counter);
	return kho_add_subtree("state", state, sizeof(*state));
}
module_init(not_preserved_init);

MODULE_LICENSE("GPL");
