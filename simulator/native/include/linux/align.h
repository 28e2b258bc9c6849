#pragma once

#include <linux/const.h>
#include <linux/types.h>

/* `boundary` is a power of two. */
#define __ALIGN_KERNEL_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, boundary) __ALIGN_KERNEL_MASK(x, (typeof(x))(boundary) - 1)
#define ALIGN_DOWN(x, boundary) ((x) & ~((typeof(x))(boundary) - 1))
#define PTR_ALIGN(p, boundary) ((typeof(p))ALIGN((unsigned long)(p), (boundary)))
#define PTR_ALIGN_DOWN(p, boundary) ((typeof(p))ALIGN_DOWN((unsigned long)(p), (boundary)))
#define IS_ALIGNED(x, boundary) (((x) & ((typeof(x))(boundary) - 1)) == 0)
