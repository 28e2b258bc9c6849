/*
 * What mm/memblock.c has of the rest of a kernel, where that is a driver. Early boot is the engine's
 * and is over by then: memblock is told of memory as it was, and what it reserves as parameters are
 * read is taken from the page allocator before that has given any away.
 */
#include <asm/sections.h>
#include <linux/io.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <mm/mm_init.h>

#include "native.h"
#include "pages.h"

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

/* All of it is absent where mm/memblock.c is no driver. */
extern struct memblock memblock __weak;
int memblock_add(phys_addr_t base, phys_addr_t size) __weak;
int __memblock_reserve(phys_addr_t base, phys_addr_t size, int nid,
		       enum memblock_flags flags) __weak;
int memblock_mark_kho_scratch(phys_addr_t base, phys_addr_t size) __weak;
void memblock_set_kho_scratch_only(void) __weak;
void memblock_clear_kho_scratch_only(void) __weak;
int reserve_mem_find_by_name(const char *name, phys_addr_t *start, phys_addr_t *size) __weak;

extern char __executable_start[];

pg_data_t kho_native_node;
bool kho_native_is_early;
/* The command line, which is changed as it is read. */
static char parameters[4096];
static atomic_long_t total_pages;

/* What parameters may add. */
#define SPARE_REGIONS 64

struct range {
	u64 start;
	u64 end;
};

/*
 * A list that is long enough never grows, which would take memory that is memblock's to give and
 * that the process does not have.
 */
static void make_room(struct memblock_type *type, size_t count)
{
	struct memblock_region *regions;

	if (type->cnt + count + SPARE_REGIONS <= type->max)
		return;
	type->max = type->cnt + count + SPARE_REGIONS;
	regions = kho_host_calloc(type->max, sizeof(*regions));
	memcpy(regions, type->regions, type->cnt * sizeof(*regions));
	type->regions = regions;
}

/* Calls `use`, which adds to a list, with ranges that the engine knows by a name; how many. */
static size_t each_range(const char *what, struct memblock_type *type,
			 int (*use)(phys_addr_t base, phys_addr_t size))
{
	const struct kho_value *known = &kho_native_call(what, "")->values[0];
	size_t count = known->number / sizeof(struct range);
	struct range *ranges = kho_host_calloc(count + 1, sizeof(*ranges));

	memcpy(ranges, known->bytes, known->number);
	make_room(type, 2 * count);
	for (size_t i = 0; i < count; i++)
		use(ranges[i].start, ranges[i].end - ranges[i].start);
	kho_host_free(ranges);
	return count;
}

/* Each name of `reserve_mem=size:align:name`. */
static void each_name(const char *line, void (*use)(const char *name))
{
	static const char PARAMETER[] = "reserve_mem=";
	char name[32];

	while ((line = strstr(line, PARAMETER))) {
		size_t length = strcspn(line, " ");
		const char *last = line + length;

		while (last > line && last[-1] != ':')
			last--;
		scnprintf(name, sizeof(name), "%.*s", (int)(line + length - last), last);
		use(name);
		line += length;
	}
}

static int reserve(phys_addr_t base, phys_addr_t size)
{
	/* Not memblock_reserve(), which clang compiles with what is declared before it is weak. */
	return __memblock_reserve(base, size, NUMA_NO_NODE, MEMBLOCK_NONE);
}

void kho_native_start_memblock(const char *line)
{
	if (!memblock_add)
		return;
	strscpy(parameters, line);
	each_range("memblockMemory", &memblock.memory, memblock_add);
	each_range("memblockReserved", &memblock.reserved, reserve);
	/* Parameters are read before preserved memory is reserved: all else may hold some. */
	if (each_range("memblockScratch", &memblock.memory, memblock_mark_kho_scratch) > 0)
		memblock_set_kho_scratch_only();
	kho_native_is_early = true;
}

static void have(const char *how, phys_addr_t base, phys_addr_t size)
{
	kho_native_call(how, "ui", base, size);
	for (unsigned long pfn = PFN_DOWN(base); pfn < PFN_UP(base + size); pfn++)
		SetPageReserved(kho_native_new_page(__va(PFN_PHYS(pfn)), 0, false));
}

static bool is_allocated(const struct memblock_region *region)
{
	return (region->flags & MEMBLOCK_RSRV_KERN) != 0;
}

/* A region that the kernel before had is not restored, and this kernel's all the same. */
static void revive(const char *name)
{
	const struct memblock_region *region;
	phys_addr_t start, size;

	if (!reserve_mem_find_by_name(name, &start, &size))
		return;
	for_each_reserved_mem_region(region)
		if (is_allocated(region) && region->base <= start &&
		    start < region->base + region->size)
			return;
	have("memblockRevive", start, size);
}

void kho_native_finish_memblock(void)
{
	const struct memblock_region *region;

	if (!memblock_add)
		return;
	kho_native_is_early = false;
	memblock_clear_kho_scratch_only();
	for_each_reserved_mem_region(region)
		if (is_allocated(region))
			have("memblockTake", region->base, region->size);
	each_name(parameters, revive);
}

bool __is_kernel(unsigned long address)
{
	return address >= (unsigned long)__executable_start && address < (unsigned long)_end;
}

void totalram_pages_add(long count)
{
	atomic_long_add(count, &total_pages);
}

unsigned long totalram_pages(void)
{
	return atomic_long_read(&total_pages);
}

void memblock_free_pages(unsigned long pfn, unsigned int order)
{
	struct page *page = pfn_to_page(pfn);

	atomic_set(&page->_refcount, 1);
	__free_pages(page, order);
}

void init_deferred_page(unsigned long pfn, int nid)
{
}

void free_reserved_page(struct page *page)
{
	ClearPageReserved(page);
	memblock_free_pages(page_to_pfn(page), 0);
	totalram_pages_add(1);
}
