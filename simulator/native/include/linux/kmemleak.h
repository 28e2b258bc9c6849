#pragma once

#include <linux/gfp_types.h>
#include <linux/types.h>

static inline void kmemleak_not_leak(const void *pointer)
{
	(void)pointer;
}

static inline void kmemleak_ignore(const void *pointer)
{
	(void)pointer;
}

static inline void kmemleak_alloc_phys(phys_addr_t phys, size_t size, gfp_t gfp)
{
	(void)phys;
	(void)size;
	(void)gfp;
}

static inline void kmemleak_free_part_phys(phys_addr_t phys, size_t size)
{
	(void)phys;
	(void)size;
}

static inline void kmemleak_ignore_phys(phys_addr_t phys)
{
	(void)phys;
}
