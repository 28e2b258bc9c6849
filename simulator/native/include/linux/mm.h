/* Pages, folios and addresses. */
#pragma once

#include <asm/page.h>
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/overflow.h>
#include <linux/page-flags.h>
#include <linux/pfn.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define PAGE_ALIGN(x) ALIGN(x, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(x) ALIGN_DOWN(x, PAGE_SIZE)
#define page_to_virt(page) page_address(page)
#define PAGE_ALIGNED(x) IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define offset_in_page(x) ((unsigned long)(x) & ~PAGE_MASK)

struct page *pfn_to_page(unsigned long pfn);
unsigned long page_to_pfn(const struct page *page);
int pfn_valid(unsigned long pfn);
struct page *virt_to_page(const void *address);
void *page_address(const struct page *page);
struct folio *page_folio(const struct page *page);
unsigned int compound_order(const struct page *page);
int page_to_nid(const struct page *page);
int page_count(const struct page *page);
void get_page(struct page *page);
void put_page(struct page *page);

void folio_get(struct folio *folio);
bool folio_try_get(struct folio *folio);
void folio_put(struct folio *folio);
void folio_put_refs(struct folio *folio, int refs);
unsigned int folio_order(const struct folio *folio);
int folio_ref_count(const struct folio *folio);
void folio_add_lru(struct folio *folio);
void folio_lock(struct folio *folio);
void folio_unlock(struct folio *folio);
bool folio_mark_dirty(struct folio *folio);
void unpin_folio(struct folio *folio);
void unpin_folios(struct folio **folios, unsigned long count);

#define page_to_phys(page) PFN_PHYS(page_to_pfn(page))
#define phys_to_page(phys) pfn_to_page(PHYS_PFN(phys))
#define virt_to_pfn(address) PHYS_PFN(__pa(address))
#define pfn_to_kaddr(pfn) __va(PFN_PHYS(pfn))
#define virt_to_folio(address) page_folio(virt_to_page(address))
#define virt_addr_valid(address) pfn_valid(virt_to_pfn(address))
#define pfn_folio(pfn) page_folio(pfn_to_page(pfn))
#define pfn_to_nid(pfn) page_to_nid(pfn_to_page(pfn))
#define pfn_to_online_page(pfn) (pfn_valid(pfn) ? pfn_to_page(pfn) : NULL)
#define folio_page(folio, n) (&(folio)->page + (n))
#define folio_pfn(folio) page_to_pfn(&(folio)->page)
#define folio_nid(folio) page_to_nid(&(folio)->page)
#define folio_address(folio) page_address(&(folio)->page)
#define lowmem_page_address(page) page_address(page)
#define nth_page(page, n) ((page) + (n))

static inline unsigned long folio_nr_pages(const struct folio *folio)
{
	return 1UL << folio_order(folio);
}

static inline size_t folio_size(const struct folio *folio)
{
	return PAGE_SIZE << folio_order(folio);
}

static inline unsigned long folio_shift(const struct folio *folio)
{
	return PAGE_SHIFT + folio_order(folio);
}

/* The order of the smallest block that holds `size` bytes. */
static inline __attribute_const__ int get_order(unsigned long size)
{
	return size > PAGE_SIZE ? fls64((size - 1) >> PAGE_SHIFT) : 0;
}

static inline void clear_page(void *address)
{
	memset(address, 0, PAGE_SIZE);
}

static inline void copy_page(void *to, const void *from)
{
	memcpy(to, from, PAGE_SIZE);
}

#define for_each_valid_pfn(pfn, start, end) \
	for ((pfn) = (start); (pfn) < (end); (pfn)++) \
		if (pfn_valid(pfn))

void free_reserved_page(struct page *page);
void totalram_pages_add(long count);
unsigned long totalram_pages(void);

/* Memory is there without being accepted first. */
static inline void accept_memory(phys_addr_t start, unsigned long size)
{
	(void)start;
	(void)size;
}

bool is_vmalloc_addr(const void *address);
void *kvmalloc_node(size_t size, gfp_t gfp, int node) __alloc_size(1);
