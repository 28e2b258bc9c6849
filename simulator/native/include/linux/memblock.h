/*
 * Memory before the page allocator. The engine has it; mm/memblock.c has it for itself where that
 * is a driver, and the engine then takes over what it reserved.
 */
#pragma once

#include <asm/page.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/types.h>

#define __init_memblock __meminit
#define __initdata_memblock __meminitdata

enum memblock_flags {
	MEMBLOCK_NONE = 0,
	MEMBLOCK_HOTPLUG = 1 << 0,
	MEMBLOCK_MIRROR = 1 << 1,
	MEMBLOCK_NOMAP = 1 << 2,
	MEMBLOCK_DRIVER_MANAGED = 1 << 3,
	MEMBLOCK_RSRV_NOINIT = 1 << 4,
	MEMBLOCK_RSRV_KERN = 1 << 5,
	MEMBLOCK_KHO_SCRATCH = 1 << 6,
	MEMBLOCK_RSRV_HUGETLB = 1 << 7,
};

struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
	int nid;
};

struct memblock_type {
	unsigned long cnt;
	unsigned long max;
	phys_addr_t total_size;
	struct memblock_region *regions;
	char *name;
};

struct memblock {
	bool bottom_up;
	phys_addr_t current_limit;
	struct memblock_type memory;
	struct memblock_type reserved;
};

extern struct memblock memblock;
extern unsigned long max_low_pfn, min_low_pfn, max_pfn;
extern unsigned long long max_possible_pfn;

/* Limits of allocations; from the top down, so that nothing is below the lowest. */
#define MEMBLOCK_ALLOC_ANYWHERE (~(phys_addr_t)0)
#define MEMBLOCK_ALLOC_ACCESSIBLE 0
#define MEMBLOCK_ALLOC_NOLEAKTRACE 1
#define MEMBLOCK_LOW_LIMIT 0

int memblock_add(phys_addr_t base, phys_addr_t size);
int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags);
int memblock_remove(phys_addr_t base, phys_addr_t size);
int __memblock_reserve(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags);
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
void memblock_free(void *address, size_t size);
unsigned long free_reserved_area(void *start, void *end, int poison, const char *name);
void memblock_allow_resize(void);
void memblock_discard(void);
void memblock_dump_all(void);
void memblock_trim_memory(phys_addr_t align);
void reset_all_zones_managed_pages(void);

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_mark_mirror(phys_addr_t base, phys_addr_t size);
int memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
int memblock_clear_nomap(phys_addr_t base, phys_addr_t size);
int memblock_reserved_mark_noinit(phys_addr_t base, phys_addr_t size);
int memblock_reserved_mark_kern(phys_addr_t base, phys_addr_t size);
int memblock_mark_kho_scratch(phys_addr_t base, phys_addr_t size);
int memblock_clear_kho_scratch(phys_addr_t base, phys_addr_t size);
void memblock_set_kho_scratch_only(void);
void memblock_clear_kho_scratch_only(void);
int memblock_set_node(phys_addr_t base, phys_addr_t size, struct memblock_type *type, int nid);
void memblock_set_current_limit(phys_addr_t limit);
phys_addr_t memblock_get_current_limit(void);

bool memblock_overlaps_region(struct memblock_type *type, phys_addr_t base, phys_addr_t size);
bool memblock_validate_numa_coverage(unsigned long threshold_bytes);
bool memblock_is_memory(phys_addr_t address);
bool memblock_is_map_memory(phys_addr_t address);
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_reserved(phys_addr_t address);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);
unsigned long memblock_addrs_overlap(phys_addr_t base1, phys_addr_t size1, phys_addr_t base2,
				     phys_addr_t size2);
int memblock_search_pfn_nid(unsigned long pfn, unsigned long *start_pfn, unsigned long *end_pfn);
phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
phys_addr_t memblock_reserved_kern_size(phys_addr_t limit, int nid);
unsigned long memblock_estimated_nr_free_pages(void);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);
void memblock_enforce_memory_limit(phys_addr_t memory_limit);
void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size);
void memblock_mem_limit_remove_map(phys_addr_t limit);

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end);
phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				     phys_addr_t end, int nid, bool exact_nid);
phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid);
void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				   phys_addr_t max_addr, int nid);
void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				 phys_addr_t max_addr, int nid);
void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
			     phys_addr_t max_addr, int nid);
void *__memblock_alloc_or_panic(phys_addr_t size, phys_addr_t align, const char *func);

#define memblock_alloc_or_panic(size, align) __memblock_alloc_or_panic(size, align, __func__)
#define memblock_alloc_node(size, align, nid) \
	memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT, MEMBLOCK_ALLOC_ACCESSIBLE, nid)
#define memblock_alloc(size, align) memblock_alloc_node(size, align, NUMA_NO_NODE)
#define memblock_alloc_raw(size, align)                                                    \
	memblock_alloc_try_nid_raw(size, align, MEMBLOCK_LOW_LIMIT, MEMBLOCK_ALLOC_ACCESSIBLE, \
				   NUMA_NO_NODE)

static inline int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	return __memblock_reserve(base, size, NUMA_NO_NODE, MEMBLOCK_NONE);
}

static inline int memblock_reserve_kern(phys_addr_t base, phys_addr_t size)
{
	return __memblock_reserve(base, size, NUMA_NO_NODE, MEMBLOCK_RSRV_KERN);
}

static inline phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_phys_alloc_range(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE);
}

static inline void memblock_set_bottom_up(bool enable)
{
	memblock.bottom_up = enable;
}

static inline bool memblock_bottom_up(void)
{
	return memblock.bottom_up;
}

#define KHO_REGION_FLAG(name, flag)                                            \
	static inline bool memblock_is_##name(struct memblock_region *region)  \
	{                                                                      \
		return (region->flags & (flag)) != 0;                          \
	}
KHO_REGION_FLAG(hotpluggable, MEMBLOCK_HOTPLUG)
KHO_REGION_FLAG(mirror, MEMBLOCK_MIRROR)
KHO_REGION_FLAG(nomap, MEMBLOCK_NOMAP)
KHO_REGION_FLAG(driver_managed, MEMBLOCK_DRIVER_MANAGED)
KHO_REGION_FLAG(reserved_noinit, MEMBLOCK_RSRV_NOINIT)
KHO_REGION_FLAG(kho_scratch, MEMBLOCK_KHO_SCRATCH)

static inline void memblock_set_region_node(struct memblock_region *region, int nid)
{
	region->nid = nid;
}

static inline int memblock_get_region_node(const struct memblock_region *region)
{
	return region->nid;
}

static inline unsigned long memblock_region_memory_base_pfn(const struct memblock_region *region)
{
	return PFN_UP(region->base);
}

static inline unsigned long memblock_region_memory_end_pfn(const struct memblock_region *region)
{
	return PFN_DOWN(region->base + region->size);
}

static inline unsigned long memblock_region_reserved_base_pfn(const struct memblock_region *region)
{
	return PFN_DOWN(region->base);
}

static inline unsigned long memblock_region_reserved_end_pfn(const struct memblock_region *region)
{
	return PFN_UP(region->base + region->size);
}

#define for_each_memblock_type_region(type, region)        \
	for ((region) = memblock.type.regions;             \
	     (region) < memblock.type.regions + memblock.type.cnt; (region)++)
#define for_each_mem_region(region) for_each_memblock_type_region(memory, region)
#define for_each_reserved_mem_region(region) for_each_memblock_type_region(reserved, region)

/* Ranges of one list that are not in another; the index is all ones behind the last. */
void __next_mem_range(u64 *index, int nid, enum memblock_flags flags, struct memblock_type *in,
		      struct memblock_type *not_in, phys_addr_t *start, phys_addr_t *end,
		      int *range_nid);
void __next_mem_range_rev(u64 *index, int nid, enum memblock_flags flags,
			  struct memblock_type *in, struct memblock_type *not_in,
			  phys_addr_t *start, phys_addr_t *end, int *range_nid);
void __next_mem_pfn_range(int *index, int nid, unsigned long *start_pfn, unsigned long *end_pfn,
			  int *range_nid);

#define KHO_EACH_RANGE(next, first, i, in, not_in, nid, flags, start, end, range_nid)      \
	for ((i) = (first), next(&(i), nid, flags, in, not_in, start, end, range_nid);     \
	     (i) != ULLONG_MAX; next(&(i), nid, flags, in, not_in, start, end, range_nid))
#define __for_each_mem_range(i, in, not_in, nid, flags, start, end, range_nid) \
	KHO_EACH_RANGE(__next_mem_range, 0, i, in, not_in, nid, flags, start, end, range_nid)
#define __for_each_mem_range_rev(i, in, not_in, nid, flags, start, end, range_nid)        \
	KHO_EACH_RANGE(__next_mem_range_rev, ULLONG_MAX, i, in, not_in, nid, flags, start, \
		       end, range_nid)
#define KHO_ANY_MEMORY (MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED)
#define for_each_mem_range(i, start, end)                                                  \
	__for_each_mem_range(i, &memblock.memory, NULL, NUMA_NO_NODE, KHO_ANY_MEMORY, start, end, \
			     NULL)
#define for_each_mem_range_rev(i, start, end)                                             \
	__for_each_mem_range_rev(i, &memblock.memory, NULL, NUMA_NO_NODE, KHO_ANY_MEMORY, start, \
				 end, NULL)
#define for_each_reserved_mem_range(i, start, end)                                         \
	__for_each_mem_range(i, &memblock.reserved, NULL, NUMA_NO_NODE, MEMBLOCK_NONE, start, \
			     end, NULL)
#define for_each_free_mem_range(i, nid, flags, start, end, range_nid)                      \
	__for_each_mem_range(i, &memblock.memory, &memblock.reserved, nid, flags, start, end, \
			     range_nid)
#define for_each_free_mem_range_reverse(i, nid, flags, start, end, range_nid)              \
	__for_each_mem_range_rev(i, &memblock.memory, &memblock.reserved, nid, flags, start, \
				 end, range_nid)
#define for_each_mem_pfn_range(i, nid, start_pfn, end_pfn, range_nid)                      \
	for ((i) = -1, __next_mem_pfn_range(&(i), nid, start_pfn, end_pfn, range_nid); (i) >= 0; \
	     __next_mem_pfn_range(&(i), nid, start_pfn, end_pfn, range_nid))

int reserve_mem_find_by_name(const char *name, phys_addr_t *start, phys_addr_t *size);
int reserve_mem_release_by_name(const char *name);
