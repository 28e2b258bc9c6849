#pragma once

#include <linux/mm.h>

#define kmap_local_page(page) page_address(page)
#define kmap_local_folio(folio, offset) ((void *)((char *)folio_address(folio) + (offset)))
#define kunmap_local(address) ((void)(address))
#define clear_highpage(page) clear_page(page_address(page))
#define flush_dcache_folio(folio) ((void)(folio))
#define flush_dcache_page(page) ((void)(page))

static inline void folio_zero_range(struct folio *folio, size_t start, size_t length)
{
	memset((char *)folio_address(folio) + start, 0, length);
}

static inline void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	memcpy((char *)page_address(page) + offset, from, len);
}

static inline void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	memcpy(to, (char *)page_address(page) + offset, len);
}
