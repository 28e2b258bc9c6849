#pragma once

#include <kho/release.h>

#if KHO_LINUX < KHO_RELEASE(7, 2)
#error "this header exists from Linux 7.2 on"
#endif

#include <asm/page.h>
#include <linux/types.h>

#define KHO_BLOCK_SIZE PAGE_SIZE

struct kho_block_header_ser {
	u64 next;
	u64 count;
} __packed;
