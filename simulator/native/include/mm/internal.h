/* What a file of mm/ takes from its neighbours: for `#include "internal.h"` through -iquote. */
#pragma once

#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/kasan.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <mm/mm_init.h>

#define K(pages) ((pages) << (PAGE_SHIFT - 10))
#define early_pfn_to_nid(pfn) ((void)(pfn), 0)
#define movable_node_is_enabled() false

static const bool mirrored_kernelcore __maybe_unused = false;

int shmem_add_to_page_cache(struct folio *folio, struct address_space *mapping, pgoff_t index,
			    void *expected, gfp_t gfp);
int shmem_inode_acct_blocks(struct inode *inode, long pages);
bool shmem_recalc_inode(struct inode *inode, long alloced, long swapped);
