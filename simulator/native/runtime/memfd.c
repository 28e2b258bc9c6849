/*
 * Memory files, for handlers that take them along; those that a scenario makes as well, in a kernel
 * whose handler for them is a driver.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/memfd.h>
#include <linux/shmem_fs.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <uapi/linux/memfd.h>

#include "native.h"
#include "open-files.h"
#include "pages.h"
#include "shmem.h"

#define INT(call...) ((int)kho_native_call_int(kho_native_call(call)))
#define ALL_SEALS                                                                            \
	(F_SEAL_SEAL | F_SEAL_EXEC | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |            \
	 F_SEAL_FUTURE_WRITE)

/* What one read() of a scenario takes at most. */
#define MAX_READ (256UL << 10)
/* Folios that are moved at once. */
#define MAX_AT_ONCE 512

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

/* Moves folios of one page, which only their file and the caller have, to other memory. */
static int move(struct folio **folios, const size_t *which, size_t count)
{
	static phys_addr_t pages[MAX_AT_ONCE];
	const struct kho_message *reply;
	int err = 0;

	for (size_t i = 0; i < count; i++) {
		if (folio_ref_count(folios[which[i]]) > 2)
			return -EBUSY;
		pages[i] = PFN_PHYS(folio_pfn(folios[which[i]]));
	}
	reply = kho_native_call("shmemMoveFolios", "b", pages, count * sizeof(*pages));
	if (reply->values[0].kind != 'b')
		return -ENOMEM;
	memcpy(pages, reply->values[0].bytes, count * sizeof(*pages));
	for (size_t i = 0; i < count; i++) {
		struct folio **old = &folios[which[i]], *folio;

		folio = (struct folio *)kho_native_new_page(phys_to_virt(pages[i]), 0, true);
		err = kho_native_replace_folio(*old, folio) ?: err;
		/* Its page is the engine's by now, and nobody else had it. */
		atomic_set(&(*old)->_refcount, 0);
		*old = folio;
	}
	return err;
}

static int move_out_of_scratch(struct folio **folios, size_t count)
{
	size_t which[MAX_AT_ONCE], found = 0;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		if (is_in_scratch(folios[i]))
			which[found++] = i;
		if (found < MAX_AT_ONCE && i + 1 < count)
			continue;
		err = found > 0 ? move(folios, which, found) : 0;
		found = 0;
	}
	return err;
}

long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios,
		      unsigned int max_folios, pgoff_t *offset)
{
	pgoff_t index = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT;
	long count = 0;
	int err;

	if (start < 0 || start > end || !max_folios || !memfd || !shmem_file(memfd) ||
	    end >= i_size_read(file_inode(memfd)))
		return -EINVAL;
	last = min(last, index + max_folios - 1);
	/* What is allocated to be pinned comes from nowhere that it would have to leave. */
	err = kho_native_fill_shmem(memfd->f_mapping, index, last, GFP_KERNEL);
	if (err)
		return err;
	while (index <= last) {
		struct folio *folio = filemap_get_folio(memfd->f_mapping, index);

		if (count == 0)
			*offset = start - folio_pos(folio);
		folios[count++] = folio;
		index = folio->index + folio_nr_pages(folio);
	}
	err = move_out_of_scratch(folios, count);
	if (err)
		unpin_folios(folios, count);
	return err ?: count;
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
