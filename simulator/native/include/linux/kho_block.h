/* Sets of blocks of entries: built into the kernel, not for modules. */
#pragma once

#include <kho/release.h>

#if KHO_LINUX < KHO_RELEASE(7, 2)
#error "this header exists from Linux 7.2 on"
#endif

#include <linux/kho/abi/block.h>
#include <linux/list.h>
#include <linux/types.h>

struct kho_block {
	struct list_head list;
	struct kho_block_header_ser *ser;
};

struct kho_block_set {
	struct list_head blocks;
	long nblocks;
	u64 head_pa;
	size_t entry_size;
	u64 count_per_block;
	bool incoming;
};

struct kho_block_set_it {
	struct kho_block_set *bs;
	struct kho_block *block;
	u64 i;
};

#define KHO_BLOCK_SET_INIT(name, size)                                                    \
	{                                                                                 \
		.blocks = LIST_HEAD_INIT((name).blocks), .entry_size = (size),            \
		.count_per_block =                                                        \
			(KHO_BLOCK_SIZE - sizeof(struct kho_block_header_ser)) / (size),  \
	}

void kho_block_set_init(struct kho_block_set *bs, size_t entry_size);
int kho_block_set_grow(struct kho_block_set *bs, u64 count);
void kho_block_set_shrink(struct kho_block_set *bs, u64 count);
int kho_block_set_restore(struct kho_block_set *bs, u64 head_pa);
void kho_block_set_destroy(struct kho_block_set *bs);
void kho_block_set_clear(struct kho_block_set *bs);
void kho_block_set_it_init(struct kho_block_set_it *it, struct kho_block_set *bs);
void *kho_block_set_it_reserve_entry(struct kho_block_set_it *it);
void *kho_block_set_it_read_entry(struct kho_block_set_it *it);
void *kho_block_set_it_prev(struct kho_block_set_it *it);

static inline u64 kho_block_set_head_pa(struct kho_block_set *bs)
{
	return bs->head_pa;
}

static inline bool kho_block_set_is_empty(struct kho_block_set *bs)
{
	return list_empty(&bs->blocks);
}
