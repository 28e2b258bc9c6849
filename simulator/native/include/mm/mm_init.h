/* What mm/memblock.c takes from the rest of mm/ as memory becomes the page allocator's. */
#pragma once

#include <linux/mm.h>

void memblock_free_pages(unsigned long pfn, unsigned int order);
void init_deferred_page(unsigned long pfn, int nid);

/* Every struct page is there from the beginning. */
static inline bool deferred_pages_enabled(void)
{
	return false;
}
