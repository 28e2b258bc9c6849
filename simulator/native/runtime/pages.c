/*
 * Pages and folios. Which pages are whose is known to the engine; what a struct page says beside
 * that, such as its references, to this kernel alone.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/vmalloc.h>

#include "native.h"
#include "pages.h"

static struct page *memmap;

unsigned long kho_native_page_bytes(void)
{
	return sizeof(struct page);
}

void kho_native_start_pages(void *pages)
{
	memmap = pages;
}

static bool is_direct(const volatile void *address)
{
	return (unsigned long)address - kho_native_direct_map < kho_native_memory_end;
}

phys_addr_t virt_to_phys(const volatile void *address)
{
	if (!is_direct(address))
		kho_native_oops("virt_to_phys() of %p, which is %s and no address of the direct map",
				(void *)address,
				is_vmalloc_addr((const void *)address) ? "from vmalloc()" :
									 "a variable or no memory");
	return (unsigned long)address - kho_native_direct_map;
}

void *phys_to_virt(phys_addr_t phys)
{
	return (void *)(kho_native_direct_map + phys);
}

bool is_vmalloc_addr(const void *address)
{
	return (unsigned long)address >= KHO_VMALLOC_START && (unsigned long)address < KHO_VMALLOC_END;
}

struct page *pfn_to_page(unsigned long pfn)
{
	return memmap + pfn;
}

unsigned long page_to_pfn(const struct page *page)
{
	return page - memmap;
}

int pfn_valid(unsigned long pfn)
{
	return pfn < PFN_DOWN(kho_native_memory_end);
}

struct page *virt_to_page(const void *address)
{
	return pfn_to_page(PHYS_PFN(virt_to_phys(address)));
}

void *page_address(const struct page *page)
{
	return phys_to_virt(PFN_PHYS(page_to_pfn(page)));
}

static bool is_head(const struct page *page)
{
	return (page->flags & (1UL << PG_head)) != 0;
}

/* The folio that a page is in: a folio begins at a multiple of its size. */
struct folio *page_folio(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct page *head = pfn_to_page(ALIGN_DOWN(pfn, 1UL << order));

		if (is_head(head) && head->kho_order >= order)
			return (struct folio *)head;
	}
	return (struct folio *)page;
}

unsigned int compound_order(const struct page *page)
{
	return is_head(page) ? page->kho_order : 0;
}

unsigned int folio_order(const struct folio *folio)
{
	return compound_order(&folio->page);
}

int page_to_nid(const struct page *page)
{
	return kho_native_call_int(kho_native_call("pageToNid", "p", page_address(page)));
}

/* As a page that was just allocated or taken back. */
struct page *kho_native_new_page(void *address, unsigned int order, bool is_folio)
{
	struct page *page;

	if (!address)
		return NULL;
	page = virt_to_page(address);
	kho_native_unpoison(address, PAGE_SIZE << order);
	for (unsigned long i = 0; i < 1UL << order; i++)
		page[i] = (struct page){ 0 };
	atomic_set(&page->_refcount, 1);
	page->kho_order = order;
	if (is_folio)
		page->flags |= 1UL << PG_head;
	return page;
}

static struct page *allocate(int nid, gfp_t gfp, unsigned int order, bool is_folio)
{
	const char *flags = kho_native_gfp_text(gfp);
	const struct kho_message *reply;
	unsigned long size = order;
	struct page *page;
	void *address;

	if (order > MAX_PAGE_ORDER)
		return NULL;
	if (nid < 0)
		reply = kho_native_call(is_folio ? "folioAlloc" : "getFreePages", "si", flags, size);
	else if (is_folio)
		reply = kho_native_call("folioAllocNode", "sii", flags, size, (unsigned long)nid);
	else
		reply = kho_native_call("allocPagesNode", "isi", (unsigned long)nid, flags, size);
	address = kho_native_call_pointer(reply);
	if (address && (gfp & __GFP_ZERO))
		memset(address, 0, PAGE_SIZE << order);
	page = kho_native_new_page(address, order, is_folio);
	if (page)
		page->kho_movable = (gfp & __GFP_MOVABLE) != 0;
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return alloc_pages_node(NUMA_NO_NODE, gfp, order);
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	return allocate(nid, gfp, order, (gfp & __GFP_COMP) != 0);
}

struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return __folio_alloc_node(gfp, order, NUMA_NO_NODE);
}

struct folio *__folio_alloc_node(gfp_t gfp, unsigned int order, int nid)
{
	return (struct folio *)allocate(nid, gfp, order, true);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

/* What may move stays while somebody has a reference, of which the engine knows. */
static void let_move(struct folio *folio, int refs)
{
	for (int i = 0; folio->kho_movable && i < refs; i++)
		kho_native_call("folioPut", "p", folio_address(folio));
}

static void release(struct page *page, unsigned int order)
{
	void *address = page_address(page);
	bool is_folio = is_head(page);

	page->flags = 0;
	page->kho_order = 0;
	if (is_folio)
		kho_native_call("folioPut", "p", address);
	else
		kho_native_call("freePages", "pi", address, (unsigned long)order);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (atomic_dec_and_test(&page->_refcount) || page_count(page) < 0)
		release(page, order);
	else
		let_move(page_folio(page), 1);
}

void free_pages(unsigned long address, unsigned int order)
{
	if (address)
		__free_pages(virt_to_page((void *)address), order);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	return (void *)__get_free_pages(gfp, get_order(size));
}

void free_pages_exact(void *address, size_t size)
{
	free_pages((unsigned long)address, get_order(size));
}

int page_count(const struct page *page)
{
	return atomic_read(&page_folio(page)->_refcount);
}

void get_page(struct page *page)
{
	folio_get(page_folio(page));
}

void put_page(struct page *page)
{
	folio_put(page_folio(page));
}

void folio_get(struct folio *folio)
{
	atomic_inc(&folio->_refcount);
	if (folio->kho_movable)
		kho_native_call("folioGet", "p", folio_address(folio));
}

bool folio_try_get(struct folio *folio)
{
	if (folio_ref_count(folio) == 0)
		return false;
	folio_get(folio);
	return true;
}

void folio_put(struct folio *folio)
{
	folio_put_refs(folio, 1);
}

/* One reference too few is the engine's to tell: the folio is freed a second time. */
void folio_put_refs(struct folio *folio, int refs)
{
	if (atomic_sub_return(refs, &folio->_refcount) <= 0) {
		void *address = folio_address(folio);

		let_move(folio, refs - 1);
		folio->flags = 0;
		folio->kho_order = 0;
		kho_native_call("folioPut", "p", address);
	} else {
		let_move(folio, refs);
	}
}

int folio_ref_count(const struct folio *folio)
{
	return atomic_read(&folio->_refcount);
}

void folio_lock(struct folio *folio)
{
	if (folio_test_locked(folio))
		kho_native_oops("folio_lock() of a folio that is locked: nobody will unlock it");
	folio_set_locked(folio);
}

void folio_unlock(struct folio *folio)
{
	folio_clear_locked(folio);
}

bool folio_mark_dirty(struct folio *folio)
{
	bool was_dirty = folio_test_dirty(folio);

	folio_set_dirty(folio);
	return !was_dirty;
}

void folio_add_lru(struct folio *folio)
{
}

void unpin_folio(struct folio *folio)
{
	folio_put(folio);
}

void unpin_folios(struct folio **folios, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++)
		unpin_folio(folios[i]);
}
