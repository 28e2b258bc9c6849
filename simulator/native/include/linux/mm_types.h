/* Pages and folios. Their members belong to the runtime, but for those that drivers set. */
#pragma once

#include <linux/types.h>

struct address_space;

struct page {
	unsigned long flags;
	struct list_head lru;
	struct address_space *mapping;
	pgoff_t index;
	unsigned long private;
	atomic_t _refcount;
	unsigned char kho_order;
	bool kho_movable;
};

struct folio {
	union {
		struct {
			unsigned long flags;
			struct list_head lru;
			struct address_space *mapping;
			pgoff_t index;
			void *private;
			atomic_t _refcount;
			unsigned char kho_order;
			bool kho_movable;
		};
		struct page page;
	};
};

struct vm_area_struct;
struct mm_struct;
