#pragma once

#include <linux/gfp_types.h>
#include <linux/mm_types.h>

/* Flags as text; what C itself sees to, __GFP_ZERO and __GFP_COMP, is left out. */
const char *kho_native_gfp_text(gfp_t gfp);

/* Sets up the struct pages of a block that this kernel has from now on; NULL if there is none. */
struct page *kho_native_new_page(void *address, unsigned int order, bool is_folio);
