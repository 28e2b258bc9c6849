/* The pages of a file, by their index in it. */
#pragma once

#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>

/* With a reference; ERR_PTR(-ENOENT) where there is none. */
struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index);
void filemap_remove_folio(struct folio *folio);

static inline loff_t folio_pos(const struct folio *folio)
{
	return (loff_t)folio->index * PAGE_SIZE;
}
