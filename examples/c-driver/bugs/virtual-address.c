// SPDX-License-Identifier: GPL-2.0
/*
 * Deliberate bug: hands over a virtual address. The next kernel has its direct map elsewhere, so
 * that it faults where the address is followed.
 */
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>

struct state {
	u64 *counter;
};

static int __init virtual_address_init(void)
{
	struct state *state;
	phys_addr_t phys;
	size_t size;

	if (!kho_retrieve_subtree("state", &phys, &size)) {
		state = phys_to_virt(phys);
		pr_info("the counter is %llu\n", *state->counter);
		return 0;
	}
	state = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(state))
		return PTR_ERR(state);
	state->counter = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(state->counter))
		return PTR_ERR(state->counter);
	*state->counter = 42;
	return kho_add_subtree("state", state, sizeof(*state));
}
module_init(virtual_address_init);

MODULE_LICENSE("GPL");
