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

static inline bool ida_is_empty(const struct ida *ida)
{
	return xa_empty(&ida->xa);
}

/* Pointers by number, of which the lowest that is free is taken. */
struct idr {
	struct xarray xa;
	unsigned int next;
};

#define IDR_INIT(name) { .xa = XARRAY_INIT((name).xa, XA_FLAGS_ALLOC) }
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)

static inline void idr_init(struct idr *idr)
{
	*idr = (struct idr)IDR_INIT(*idr);
}

/* `end` is behind the last number; 0 or less for none. */
int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp);
int idr_alloc_cyclic(struct idr *idr, void *pointer, int start, int end, gfp_t gfp);
int __must_check idr_alloc_u32(struct idr *idr, void *pointer, u32 *id, unsigned long max,
			       gfp_t gfp);
void *idr_replace(struct idr *idr, void *pointer, unsigned long id);
int idr_for_each(const struct idr *idr, int (*function)(int id, void *pointer, void *data),
		 void *data);
void *idr_get_next(struct idr *idr, int *id);

#define idr_find(idr, id) xa_load((struct xarray *)&(idr)->xa, id)
#define idr_remove(idr, id) xa_erase(&(idr)->xa, id)
#define idr_destroy(idr) xa_destroy(&(idr)->xa)
#define idr_is_empty(idr) xa_empty(&(idr)->xa)
#define idr_preload(gfp) ((void)(gfp))
#define idr_preload_end() ((void)0)
#define idr_for_each_entry(idr, entry, id) \
	for ((id) = 0; ((entry) = idr_get_next(idr, &(id))) != NULL; (id)++)
