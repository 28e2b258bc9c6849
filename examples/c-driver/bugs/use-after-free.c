// SPDX-License-Identifier: GPL-2.0
/* Deliberate bug: writes to a page that it has given back, long before anything is handed over. */
#include <linux/mm.h>
#include <linux/module.h>

static int __init use_after_free_init(void)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 0);
	u32 *word;

	if (!folio)
		return -ENOMEM;
	word = folio_address(folio);
	*word = 1;
	folio_put(folio);
	*word = 2;
	return 0;
}
module_init(use_after_free_init);

MODULE_LICENSE("GPL");
