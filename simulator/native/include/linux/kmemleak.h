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

static inline void kmemleak_ignore_phys(phys_addr_t phys)
{
	(void)phys;
}
