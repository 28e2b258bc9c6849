#pragma once

#define NUMA_NO_NODE (-1)

static inline int numa_node_id(void)
{
	return 0;
}
