/* The page allocator: every block comes from the simulated machine. */
#pragma once

#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>

struct page *alloc_pages(gfp_t gfp, unsigned int order);
struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order);
struct folio *folio_alloc(gfp_t gfp, unsigned int order);
struct folio *__folio_alloc_node(gfp_t gfp, unsigned int order, int nid);
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);
void __free_pages(struct page *page, unsigned int order);
void free_pages(unsigned long address, unsigned int order);
void *alloc_pages_exact(size_t size, gfp_t gfp) __alloc_size(1);
void free_pages_exact(void *address, size_t size);

#define alloc_page(gfp) alloc_pages(gfp, 0)
#define folio_alloc_node(gfp, order, nid) __folio_alloc_node(gfp, order, nid)
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
#define __free_page(page) __free_pages(page, 0)
#define free_page(address) free_pages(address, 0)

static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return (gfp & __GFP_DIRECT_RECLAIM) != 0;
}
