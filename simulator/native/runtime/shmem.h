#pragma once

#include <linux/fs.h>

/* A file of shared memory without a name and without pages. */
struct file *kho_native_new_shmem_file(unsigned int seals);
/* ftruncate(). */
int kho_native_set_shmem_size(struct inode *inode, loff_t size);
/* Puts a folio that holds the same in the place of one that is in a file. */
int kho_native_replace_folio(struct folio *old, struct folio *folio);
/* Afterwards the file has no holes from one index to another. */
int kho_native_fill_shmem(struct address_space *mapping, pgoff_t first, pgoff_t last, gfp_t gfp);
