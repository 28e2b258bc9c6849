/* Arrays by number. Entries are pointers, or small integers through xa_mk_value(). */
#pragma once

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/limits.h>
#include <linux/types.h>

struct kho_xa_entry;

/* Entries in the order of their indices; the runtime owns them. */
struct xarray {
	struct kho_xa_entry *entries;
	size_t count;
	size_t capacity;
	gfp_t xa_flags;
};

struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(low, high) (struct xa_limit){ .min = (low), .max = (high) }
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)
#define XA_FLAGS_ALLOC ((gfp_t)4)
#define XA_FLAGS_ALLOC1 ((gfp_t)12)
#define XARRAY_INIT(name, flags) { .xa_flags = (flags) }
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name) DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)

static inline void *xa_mk_value(unsigned long value)
{
	return (void *)((value << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

/* An error that xa_store() and its like return in place of an entry. */
static inline int xa_err(void *entry)
{
	return ((unsigned long)entry & 3) == 2 && (long)entry >> 2 >= -(long)MAX_ERRNO ?
		       (int)((long)entry >> 2) :
		       0;
}

static inline bool xa_is_err(const void *entry)
{
	return xa_err((void *)entry) != 0;
}

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	*xa = (struct xarray)XARRAY_INIT(xa, flags);
}

static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int __must_check xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			  gfp_t gfp);
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, gfp_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, gfp_t filter);
bool xa_empty(const struct xarray *xa);
void xa_destroy(struct xarray *xa);

#define XA_PRESENT ((gfp_t)8)
#define xa_for_each_range(xa, index, entry, start, last)                           \
	for ((index) = (start), (entry) = xa_find(xa, &(index), last, XA_PRESENT); \
	     (entry); (entry) = xa_find_after(xa, &(index), last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) \
	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)
typedef unsigned int xa_mark_t;
#define XA_MARK_0 ((xa_mark_t)0)
#define XA_MARK_1 ((xa_mark_t)1)
#define XA_MARK_2 ((xa_mark_t)2)
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
bool xa_marked(const struct xarray *xa, xa_mark_t mark);
int __must_check xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				 u32 *next, gfp_t gfp);
unsigned int xa_extract(struct xarray *xa, void **to, unsigned long start, unsigned long max,
			unsigned int count, gfp_t filter);

#define xa_for_each_marked(xa, index, entry, filter)                                       \
	for ((index) = 0, (entry) = xa_find(xa, &(index), ULONG_MAX, filter); (entry);     \
	     (entry) = xa_find_after(xa, &(index), ULONG_MAX, filter))
#define xa_lock(xa) ((void)(xa))
#define xa_unlock(xa) ((void)(xa))
#define __xa_store(xa, index, entry, gfp) xa_store(xa, index, entry, gfp)
#define __xa_erase(xa, index) xa_erase(xa, index)
