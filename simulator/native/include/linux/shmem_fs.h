/* Shared memory files: their pages are folios of the machine. Nothing is swapped out. */
#pragma once

#include <linux/bits.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/types.h>

/* Size and holes stay as they are. */
#define SHMEM_F_MAPPING_FROZEN BIT(2)

struct shmem_inode_info {
	unsigned int seals;
	unsigned long flags;
	unsigned long alloced; /* pages */
};

static inline struct shmem_inode_info *SHMEM_I(struct inode *inode)
{
	return inode->i_private;
}

static inline void shmem_freeze(struct inode *inode, bool freeze)
{
	if (freeze)
		SHMEM_I(inode)->flags |= SHMEM_F_MAPPING_FROZEN;
	else
		SHMEM_I(inode)->flags &= ~SHMEM_F_MAPPING_FROZEN;
}

bool shmem_file(struct file *file);
struct folio *shmem_read_folio_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp);

/* The folio at an index, with a reference; one of zeros if there was none. */
static inline struct folio *shmem_read_folio(struct address_space *mapping, pgoff_t index)
{
	return shmem_read_folio_gfp(mapping, index, mapping_gfp_mask(mapping));
}
