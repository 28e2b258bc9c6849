#pragma once

#include <linux/mm_types.h>

/* Sets up the struct pages of a block that this kernel has from now on; NULL if there is none. */
struct page *kho_native_new_page(void *address, unsigned int order, bool is_folio);
