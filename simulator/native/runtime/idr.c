/* Numbers that pointers are found by. */
#include <linux/errno.h>
#include <linux/idr.h>
#include <linux/limits.h>

static int allocated(int err, u32 id)
{
	return err == -EBUSY ? -ENOSPC : err < 0 ? err : (int)id;
}

static struct xa_limit limit_of(int start, int end)
{
	return XA_LIMIT((u32)start, end > 0 ? (u32)end - 1 : INT_MAX);
}

int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp)
{
	u32 id = 0;
	int err = start < 0 ? -EINVAL :
			      xa_alloc(&idr->xa, &id, pointer, limit_of(start, end), gfp);

	return allocated(err, id);
}

int idr_alloc_cyclic(struct idr *idr, void *pointer, int start, int end, gfp_t gfp)
{
	u32 id = 0;
	int err = xa_alloc_cyclic(&idr->xa, &id, pointer, limit_of(start, end), &idr->next, gfp);

	return allocated(err, id);
}

int idr_alloc_u32(struct idr *idr, void *pointer, u32 *id, unsigned long max, gfp_t gfp)
{
	int err = xa_alloc(&idr->xa, id, pointer, XA_LIMIT(*id, (u32)max), gfp);

	return err == -EBUSY ? -ENOSPC : err;
}

void *idr_replace(struct idr *idr, void *pointer, unsigned long id)
{
	if (!xa_load(&idr->xa, id))
		return ERR_PTR(-ENOENT);
	return xa_store(&idr->xa, id, pointer, 0);
}

int idr_for_each(const struct idr *idr, int (*function)(int id, void *pointer, void *data),
		 void *data)
{
	unsigned long index;
	void *entry;
	int result = 0;

	xa_for_each((struct xarray *)&idr->xa, index, entry) {
		result = function((int)index, entry, data);
		if (result)
			break;
	}
	return result;
}

void *idr_get_next(struct idr *idr, int *id)
{
	unsigned long index = (unsigned long)*id;
	void *entry = xa_find(&idr->xa, &index, INT_MAX, XA_PRESENT);

	if (entry)
		*id = (int)index;
	return entry;
}
