/* Arrays by number, with their entries in the order of their indices. */
#include <linux/idr.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/xarray.h>

struct kho_xa_entry {
	unsigned long index;
	void *entry;
	unsigned int marks;
};

void *kho_host_realloc(void *pointer, size_t size) __asm__("realloc");
void kho_host_free(void *pointer) __asm__("free");

/* What errors look like among entries: see xa_err(). */
static void *error_entry(int error)
{
	return (void *)(((long)error << 2) | 2);
}

/* The first entry that is at `index` or behind it. */
static size_t position(const struct xarray *xa, unsigned long index)
{
	size_t low = 0, high = xa->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (xa->entries[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct xarray *xa, size_t at, unsigned long index)
{
	return at < xa->count && xa->entries[at].index == index;
}

void *xa_load(struct xarray *xa, unsigned long index)
{
	size_t at = position(xa, index);

	return is_at(xa, at, index) ? xa->entries[at].entry : NULL;
}

void *xa_erase(struct xarray *xa, unsigned long index)
{
	size_t at = position(xa, index);
	void *old;

	if (!is_at(xa, at, index))
		return NULL;
	old = xa->entries[at].entry;
	xa->count--;
	memmove(&xa->entries[at], &xa->entries[at + 1],
		(xa->count - at) * sizeof(*xa->entries));
	return old;
}

void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	size_t at = position(xa, index);

	if (!entry)
		return xa_erase(xa, index);
	if (is_at(xa, at, index)) {
		void *old = xa->entries[at].entry;

		xa->entries[at].entry = entry;
		return old;
	}
	if (xa->count == xa->capacity) {
		size_t capacity = xa->capacity ? 2 * xa->capacity : 16;
		void *entries = kho_host_realloc(xa->entries, capacity * sizeof(*xa->entries));

		if (!entries)
			return error_entry(-ENOMEM);
		xa->entries = entries;
		xa->capacity = capacity;
	}
	memmove(&xa->entries[at + 1], &xa->entries[at], (xa->count - at) * sizeof(*xa->entries));
	xa->entries[at] = (struct kho_xa_entry){ .index = index, .entry = entry };
	xa->count++;
	return NULL;
}

void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	void *found = xa_load(xa, index);

	if (found != old)
		return found;
	void *error = xa_store(xa, index, entry, gfp);

	return xa_is_err(error) ? error : old;
}

int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	if (xa_load(xa, index))
		return -EBUSY;
	return xa_err(xa_store(xa, index, entry, gfp));
}

int xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	unsigned long index = limit.min;

	if (index == 0 && xa->xa_flags == XA_FLAGS_ALLOC1)
		index = 1;
	for (size_t at = position(xa, index); is_at(xa, at, index); at++)
		index++;
	if (index > limit.max)
		return -EBUSY;
	*id = index;
	return xa_err(xa_store(xa, index, entry, gfp));
}

/* Either a mark or XA_PRESENT. */
static bool passes(const struct kho_xa_entry *entry, gfp_t filter)
{
	return filter == XA_PRESENT || (entry->marks & (1U << filter));
}

void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, gfp_t filter)
{
	size_t at = position(xa, *index);

	while (at < xa->count && !passes(&xa->entries[at], filter))
		at++;
	if (at >= xa->count || xa->entries[at].index > max)
		return NULL;
	*index = xa->entries[at].index;
	return xa->entries[at].entry;
}

void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, gfp_t filter)
{
	if (*index >= max)
		return NULL;
	(*index)++;
	return xa_find(xa, index, max, filter);
}

static struct kho_xa_entry *entry_at(struct xarray *xa, unsigned long index)
{
	size_t at = position(xa, index);

	return is_at(xa, at, index) ? &xa->entries[at] : NULL;
}

void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct kho_xa_entry *entry = entry_at(xa, index);

	if (entry)
		entry->marks |= 1U << mark;
}

void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct kho_xa_entry *entry = entry_at(xa, index);

	if (entry)
		entry->marks &= ~(1U << mark);
}

bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	const struct kho_xa_entry *entry = entry_at(xa, index);

	return entry && (entry->marks & (1U << mark));
}

bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	for (size_t at = 0; at < xa->count; at++)
		if (passes(&xa->entries[at], mark))
			return true;
	return false;
}

/* 1 if it had to begin anew. */
int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp)
{
	struct xa_limit above = { .min = max(*next, limit.min), .max = limit.max };
	int err = above.min <= above.max ? xa_alloc(xa, id, entry, above, gfp) : -EBUSY;
	int wrapped = err == -EBUSY;

	if (wrapped)
		err = xa_alloc(xa, id, entry, limit, gfp);
	if (err)
		return err;
	*next = *id + 1;
	return wrapped;
}

unsigned int xa_extract(struct xarray *xa, void **to, unsigned long start, unsigned long max,
			unsigned int count, gfp_t filter)
{
	unsigned int found = 0;

	for (size_t at = position(xa, start); at < xa->count && found < count; at++)
		if (xa->entries[at].index <= max && passes(&xa->entries[at], filter))
			to[found++] = xa->entries[at].entry;
	return found;
}

bool xa_empty(const struct xarray *xa)
{
	return xa->count == 0;
}

void xa_destroy(struct xarray *xa)
{
	kho_host_free(xa->entries);
	xa->entries = NULL;
	xa->count = xa->capacity = 0;
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	u32 id;
	int err = xa_alloc(&ida->xa, &id, xa_mk_value(0), XA_LIMIT(min, max), gfp);

	return err == -EBUSY ? -ENOSPC : err ? err : (int)id;
}

void ida_free(struct ida *ida, unsigned int id)
{
	xa_erase(&ida->xa, id);
}

void ida_destroy(struct ida *ida)
{
	xa_destroy(&ida->xa);
}
