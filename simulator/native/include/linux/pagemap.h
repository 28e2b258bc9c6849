#pragma once

#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/mm.h>

void filemap_remove_folio(struct folio *folio);
