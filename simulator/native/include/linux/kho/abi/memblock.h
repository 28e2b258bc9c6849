#pragma once

#include <kho/release.h>

#if KHO_LINUX < KHO_RELEASE(7, 0)
#error "this header exists from Linux 7.0 on"
#endif

#define MEMBLOCK_KHO_FDT "memblock"
#define MEMBLOCK_KHO_NODE_COMPATIBLE "memblock-v1"
#define RESERVE_MEM_KHO_NODE_COMPATIBLE "reserve-mem-v1"
