#pragma once

#include <kho/release.h>

#if KHO_LINUX < KHO_RELEASE(7, 0)
#error "this header exists from Linux 7.0 on"
#endif

#include <asm/page.h>
#include <kho/pointer.h>
#include <kho/root-fdt.h>
#include <kho/vmalloc.h>
#include <linux/bits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/types.h>

#if KHO_LINUX >= KHO_RELEASE(7, 1)
/* The tree of preserved memory: tables that end in bitmaps. */
enum kho_radix_consts {
#if KHO_LINUX >= KHO_RELEASE(7, 3)
	KHO_RADIX_KEY_WIDTH = 64 - PAGE_SHIFT + 1,
#else
	KHO_ORDER_0_LOG2 = 64 - PAGE_SHIFT,
#endif
	KHO_TABLE_SIZE_LOG2 = const_ilog2(PAGE_SIZE / sizeof(phys_addr_t)),
	KHO_BITMAP_SIZE_LOG2 = PAGE_SHIFT + const_ilog2(BITS_PER_BYTE),
	KHO_TREE_MAX_DEPTH =
		DIV_ROUND_UP(64 - PAGE_SHIFT + 1 - KHO_BITMAP_SIZE_LOG2, KHO_TABLE_SIZE_LOG2) + 1,
};

struct kho_radix_node {
	u64 table[1 << KHO_TABLE_SIZE_LOG2];
};

struct kho_radix_leaf {
	DECLARE_BITMAP(bitmap, 1 << KHO_BITMAP_SIZE_LOG2);
};
#endif
