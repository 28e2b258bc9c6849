/* There are no memory control groups; that one is full is a fault that can be injected. */
#pragma once

#include <linux/gfp_types.h>
#include <linux/mm_types.h>

int mem_cgroup_charge(struct folio *folio, struct mm_struct *mm, gfp_t gfp);
