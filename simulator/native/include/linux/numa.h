#pragma once

#include <linux/compiler_types.h>

#define NUMA_NO_NODE (-1)
#define MAX_NUMNODES 1024

static inline int numa_node_id(void)
{
	return 0;
}

static inline _Bool numa_valid_node(int nid)
{
	return nid >= 0 && nid < MAX_NUMNODES;
}
