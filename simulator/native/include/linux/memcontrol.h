#pragma once

#include <linux/gfp_types.h>
#include <linux/mm_types.h>

/* There are no memory control groups. */
static inline int mem_cgroup_charge(struct folio *folio, struct mm_struct *mm, gfp_t gfp)
{
	(void)folio;
	(void)mm;
	(void)gfp;
	return 0;
}
