#pragma once

#include <asm/page.h>
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/numa.h>
#include <linux/types.h>

#define MAX_PAGE_ORDER 10
#define NR_PAGE_ORDERS (MAX_PAGE_ORDER + 1)
#define MAX_ORDER_NR_PAGES (1 << MAX_PAGE_ORDER)
#define PAGE_ALLOC_COSTLY_ORDER 3
#define pageblock_order 9
#define pageblock_nr_pages (1UL << pageblock_order)

#define pageblock_start_pfn(pfn) ALIGN_DOWN(pfn, pageblock_nr_pages)
#define pageblock_end_pfn(pfn) ALIGN((pfn) + 1, pageblock_nr_pages)
#define pageblock_align(pfn) ALIGN(pfn, pageblock_nr_pages)

enum zone_type {
	ZONE_DMA,
	ZONE_DMA32,
	ZONE_NORMAL,
	ZONE_MOVABLE,
	MAX_NR_ZONES,
};

struct zone {
	atomic_long_t managed_pages;
};

typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	int node_id;
} pg_data_t;

/* Nodes are the engine's; here is one for what counts the pages of all. */
extern pg_data_t kho_native_node;
#define NODE_DATA(nid) ((void)(nid), &kho_native_node)
#define for_each_online_pgdat(node) \
	for ((node) = &kho_native_node; (node); (node) = NULL)

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_CMA,
	MIGRATE_ISOLATE,
};
