/*
 * Memory files, for handlers that take them along; those that a scenario makes as well, in a kernel
 * whose handler for them is a driver.
 */
#include <linux/kernel.h>
#include <linux/memfd.h>
#include <linux/shmem_fs.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <uapi/linux/memfd.h>

#include "native.h"
#include "open-files.h"
#include "shmem.h"

#define INT(call...) ((int)kho_native_call_int(kho_native_call(call)))
#define ALL_SEALS                                                                            \
	(F_SEAL_SEAL | F_SEAL_EXEC | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |            \
	 F_SEAL_FUTURE_WRITE)

/* What one read() of a scenario takes at most. */
#define MAX_READ (256UL << 10)

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");

struct file *memfd_alloc_file(const char *name, unsigned int flags)
{
	int err = INT("memfdAllocFile", "si", name, (unsigned long)flags);
	struct file *file;

	if (err)
		return ERR_PTR(err);
	file = kho_native_new_shmem_file(F_SEAL_SEAL);
	if (IS_ERR(file))
		return file;
	file->f_flags |= O_LARGEFILE;
	if (flags & MFD_NOEXEC_SEAL) {
		file_inode(file)->i_mode &= ~S_IXUGO;
		SHMEM_I(file_inode(file))->seals = F_SEAL_EXEC;
	} else if (flags & MFD_ALLOW_SEALING) {
		SHMEM_I(file_inode(file))->seals = 0;
	}
	return file;
}

int memfd_get_seals(struct file *file)
{
	return shmem_file(file) ? (int)SHMEM_I(file_inode(file))->seals : -EINVAL;
}

/* Whether somebody other than the file holds one of its folios, and may write to it. */
static bool has_pins(struct address_space *mapping)
{
	unsigned long index;
	struct folio *folio;

	xa_for_each(&mapping->i_pages, index, folio)
		if (folio_ref_count(folio) > (int)folio_nr_pages(folio))
			return true;
	return false;
}

static int add_seals(struct file *file, unsigned int seals)
{
	struct inode *inode = file_inode(file);
	unsigned int *known = &SHMEM_I(inode)->seals;

	if (*known & F_SEAL_SEAL)
		return -EPERM;
	/* What may be executed may not be changed any more. */
	if ((seals & F_SEAL_EXEC) && (inode->i_mode & S_IXUGO))
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
	if ((seals & ~*known & F_SEAL_WRITE) && has_pins(inode->i_mapping))
		return -EBUSY;
	*known |= seals;
	return 0;
}

int memfd_add_seals(struct file *file, unsigned int seals)
{
	int err;

	if (!(file->f_mode & FMODE_WRITE))
		return -EPERM;
	if (seals & ~ALL_SEALS || !shmem_file(file))
		return -EINVAL;
	inode_lock(file_inode(file));
	err = add_seals(file, seals);
	inode_unlock(file_inode(file));
	return err;
}

struct folio *memfd_alloc_folio(struct file *memfd, pgoff_t index)
{
	return shmem_read_folio(memfd->f_mapping, index);
}

struct range {
	u64 start;
	u64 end;
};

/* Scratch belongs to CMA, in which nothing stays that is pinned. */
static bool is_in_scratch(const struct folio *folio)
{
	static struct range *ranges;
	static size_t count;
	phys_addr_t phys = PFN_PHYS(folio_pfn(folio));

	if (!ranges) {
		const struct kho_value *known = &kho_native_call("scratchRanges", "")->values[0];

		count = known->number / sizeof(*ranges);
		ranges = kho_host_calloc(count + 1, sizeof(*ranges));
		memcpy(ranges, known->bytes, known->number);
	}
	for (size_t i = 0; i < count; i++)
		if (ranges[i].start <= phys && phys < ranges[i].end)
			return true;
	return false;
}

/* The folio that is at an index afterwards, with a reference. */
static struct folio *pin(struct file *memfd, pgoff_t index)
{
	struct folio *folio = memfd_alloc_folio(memfd, index), *moved;
	int err;

	if (IS_ERR(folio) || !is_in_scratch(folio))
		return folio;
	moved = folio_order(folio) == 0 ? kho_native_alloc_cache_folio(GFP_KERNEL) : NULL;
	err = moved ? kho_native_replace_folio(folio, moved) : -ENOMEM;
	folio_put(folio);
	if (!err)
		return moved;
	if (moved)
		folio_put(moved);
	return ERR_PTR(err);
}

long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios,
		      unsigned int max_folios, pgoff_t *offset)
{
	long count = 0;

	if (start < 0 || start > end || !max_folios || !memfd || !shmem_file(memfd) ||
	    end >= i_size_read(file_inode(memfd)))
		return -EINVAL;
	for (pgoff_t index = start >> PAGE_SHIFT; index <= end >> PAGE_SHIFT;) {
		struct folio *folio = pin(memfd, index);

		if (IS_ERR(folio)) {
			unpin_folios(folios, count);
			return PTR_ERR(folio);
		}
		if (count == 0)
			*offset = start - folio_pos(folio);
		folios[count++] = folio;
		if (count == max_folios)
			break;
		index = folio->index + folio_nr_pages(folio);
	}
	return count;
}

static long create(const char *name, unsigned int flags)
{
	struct file *file = memfd_alloc_file(name, flags);

	if (IS_ERR(file))
		return PTR_ERR(file);
	kho_native_call("callbackResult", "u", (unsigned long)file);
	return 0;
}

static long read_at(struct file *file, loff_t at, unsigned long length)
{
	static char content[MAX_READ];
	long count = file->f_op->read(file, content, min(length, MAX_READ), &at);

	if (count >= 0)
		kho_native_call("callbackResult", "b", content, (unsigned long)count);
	return count;
}

static long tell(struct file *file)
{
	kho_native_call("callbackResult", "iii", (unsigned long)i_size_read(file_inode(file)),
			(unsigned long)memfd_get_seals(file), (unsigned long)file->f_pos);
	return 0;
}

long kho_native_memfd_callback(const char *op, const unsigned long *args)
{
	struct file *file = (struct file *)args[0];

	if (strcmp(op, "create") == 0)
		return create((const char *)args[0], (unsigned int)args[1]);
	if (!shmem_file(file))
		return -EINVAL;
	if (strcmp(op, "truncate") == 0)
		return kho_native_set_shmem_size(file_inode(file), (loff_t)args[1]);
	if (strcmp(op, "write") == 0) {
		loff_t at = (loff_t)args[1];

		return file->f_op->write(file, (const char *)args[2], args[3], &at);
	}
	if (strcmp(op, "read") == 0)
		return read_at(file, (loff_t)args[1], args[2]);
	if (strcmp(op, "add_seals") == 0)
		return memfd_add_seals(file, (unsigned int)args[1]);
	if (strcmp(op, "tell") == 0)
		return tell(file);
	return -EINVAL;
}
