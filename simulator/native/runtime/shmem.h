#pragma once

#include <linux/fs.h>

/* A file of shared memory without a name and without pages. */
struct file *kho_native_new_shmem_file(unsigned int seals);
/* ftruncate(). */
int kho_native_set_shmem_size(struct inode *inode, loff_t size);
/* Puts a folio of the same size in the place of one that is in a file. */
int kho_native_replace_folio(struct folio *old, struct folio *folio);
/* A folio of one page, as the machine's memory has it; NULL if there is none. */
struct folio *kho_native_alloc_cache_folio(gfp_t gfp);
