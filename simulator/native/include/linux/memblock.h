/* Memory before the page allocator: on a KHO boot it comes from scratch. */
#pragma once

#include <asm/page.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/types.h>

phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align);
void *memblock_alloc(phys_addr_t size, phys_addr_t align);
void memblock_free(void *address, size_t size);
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
int memblock_reserve(phys_addr_t base, phys_addr_t size);
bool memblock_is_reserved(phys_addr_t address);
unsigned long free_reserved_area(void *start, void *end, int poison, const char *name);

int reserve_mem_find_by_name(const char *name, phys_addr_t *start, phys_addr_t *size);
int reserve_mem_release_by_name(const char *name);
