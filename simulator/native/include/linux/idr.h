#pragma once

#include <linux/xarray.h>

struct ida {
	struct xarray xa;
};

#define IDA_INIT(name) { .xa = XARRAY_INIT((name).xa, XA_FLAGS_ALLOC) }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp);
void ida_free(struct ida *ida, unsigned int id);
void ida_destroy(struct ida *ida);

#define ida_init(ida) xa_init_flags(&(ida)->xa, XA_FLAGS_ALLOC)
#define ida_alloc(ida, gfp) ida_alloc_range(ida, 0, ~0U >> 1, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, ~0U >> 1, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)
