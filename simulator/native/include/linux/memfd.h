/* Memory files without a name. */
#pragma once

#include <linux/fs.h>
#include <linux/types.h>

struct folio;

#define MEMFD_ANON_NAME "[memfd]"

struct file *memfd_alloc_file(const char *name, unsigned int flags);
struct folio *memfd_alloc_folio(struct file *memfd, pgoff_t index);
int memfd_get_seals(struct file *file);
int memfd_add_seals(struct file *file, unsigned int seals);
long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios,
		      unsigned int max_folios, pgoff_t *offset);
