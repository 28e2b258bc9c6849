/*
 * Files of shared memory: folios of the machine by their index in the file. A file makes folios of
 * one page; larger ones come from drivers that add them.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/shmem_fs.h>
#include <linux/stat.h>
#include <linux/uaccess.h>
#include <mm/internal.h>

#include "native.h"
#include "open-files.h"
#include "pages.h"
#include "shmem.h"

#define INT(call...) ((int)kho_native_call_int(kho_native_call(call)))

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

static const struct file_operations shmem_file_operations;

bool shmem_file(struct file *file)
{
	return file->f_op == &shmem_file_operations;
}

/* What is counted is taken in batches: one that is refused is as rare as in a kernel. */
#define BATCH 64
/* Folios that are asked for at once. */
#define MAX_AT_ONCE 512

static int take_of_batch(const char *what, unsigned int *left, unsigned long pages)
{
	int err;

	if (*left >= pages) {
		*left -= pages;
		return 0;
	}
	err = INT(what, "i", pages);
	if (!err)
		*left = pages < BATCH ? BATCH - pages : 0;
	return err;
}

int mem_cgroup_charge(struct folio *folio, struct mm_struct *mm, gfp_t gfp)
{
	static unsigned int left;

	return take_of_batch("memCgroupCharge", &left, folio_nr_pages(folio));
}

struct folio *filemap_get_folio(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = xa_load(&mapping->i_pages, index);

	if (!folio)
		return ERR_PTR(-ENOENT);
	folio_get(folio);
	return folio;
}

static void forget_pages(struct address_space *mapping, pgoff_t index, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++)
		xa_erase(&mapping->i_pages, index + i);
}

/* A folio has a reference for each of its pages that the file has. */
static int add_folio(struct folio *folio, struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	unsigned long count = folio_nr_pages(folio), added = 0;
	int err = 0;

	if (!IS_ALIGNED(index, count) || !folio_test_locked(folio) || !folio_test_swapbacked(folio))
		kho_native_oops("a folio that is not locked, not swapbacked or not aligned to its "
				"size is added to a file at index %lu", index);
	for (unsigned long i = 0; i < count; i++)
		if (xa_load(&mapping->i_pages, index + i))
			return -EEXIST;
	for (; added < count && !err; added++)
		err = xa_err(xa_store(&mapping->i_pages, index + added, folio, gfp));
	if (err) {
		forget_pages(mapping, index, added);
		return err;
	}
	atomic_add((int)count, &folio->_refcount);
	folio->mapping = mapping;
	folio->index = index;
	mapping->nrpages += count;
	return 0;
}

/* A node of the tree of pages has BATCH of them; only one more node needs memory. */
int shmem_add_to_page_cache(struct folio *folio, struct address_space *mapping, pgoff_t index,
			    void *expected, gfp_t gfp)
{
	unsigned long at = ALIGN_DOWN(index, BATCH);
	bool has_node = xa_find(&mapping->i_pages, &at, at + BATCH - 1, XA_PRESENT) != NULL;
	int err = has_node ? 0 : INT("shmemAddToPageCache", "pi", folio_address(folio), index);

	return err ? err : add_folio(folio, mapping, index, gfp);
}

void filemap_remove_folio(struct folio *folio)
{
	struct address_space *mapping = folio->mapping;
	unsigned long count = folio_nr_pages(folio);

	if (!folio_test_locked(folio) || !mapping)
		kho_native_oops("filemap_remove_folio() of a folio that is %s",
				mapping ? "not locked" : "in no file");
	forget_pages(mapping, folio->index, count);
	mapping->nrpages -= count;
	folio->mapping = NULL;
	folio_put_refs(folio, (int)count);
}

int kho_native_replace_folio(struct folio *old, struct folio *folio)
{
	struct address_space *mapping = old->mapping;
	pgoff_t index = old->index;

	__folio_set_locked(folio);
	__folio_set_swapbacked(folio);
	if (folio_test_uptodate(old))
		folio_mark_uptodate(folio);
	if (folio_test_dirty(old))
		folio_mark_dirty(folio);
	folio_lock(old);
	filemap_remove_folio(old);
	folio_unlock(old);
	int err = add_folio(folio, mapping, index, mapping_gfp_mask(mapping));

	folio_unlock(folio);
	return err;
}

/* There is no limit of blocks; that one is reached is a fault that can be injected. */
int shmem_inode_acct_blocks(struct inode *inode, long pages)
{
	static unsigned int left;

	return take_of_batch("shmemInodeAcctBlocks", &left, pages);
}

/* The pages that an inode pays for are those that it has, whoever took some of them away. */
bool shmem_recalc_inode(struct inode *inode, long alloced, long swapped)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	info->alloced = min(info->alloced + alloced, inode->i_mapping->nrpages);
	return false;
}

/* Folios of zeros where a file has holes; it alone has them. */
static int fill_holes(struct address_space *mapping, const pgoff_t *holes, size_t count, gfp_t gfp)
{
	static phys_addr_t pages[MAX_AT_ONCE];
	const struct kho_message *reply = kho_native_call("shmemAllocFolios", "ii", count,
							 (gfp & __GFP_MOVABLE) != 0UL);
	int err = 0;

	if (reply->values[0].kind != 'b')
		return -ENOMEM;
	memcpy(pages, reply->values[0].bytes, count * sizeof(*pages));
	for (size_t i = 0; i < count; i++) {
		struct page *page = kho_native_new_page(phys_to_virt(pages[i]), 0, true);
		struct folio *folio = (struct folio *)page;

		folio_zero_range(folio, 0, folio_size(folio));
		folio_mark_uptodate(folio);
		__folio_set_locked(folio);
		__folio_set_swapbacked(folio);
		err = add_folio(folio, mapping, holes[i], gfp) ?: err;
		folio_unlock(folio);
		folio_put(folio);
	}
	shmem_recalc_inode(mapping->host, (long)count, 0);
	return err;
}

int kho_native_fill_shmem(struct address_space *mapping, pgoff_t first, pgoff_t last, gfp_t gfp)
{
	pgoff_t holes[MAX_AT_ONCE];
	size_t count = 0;
	int err = 0;

	for (pgoff_t index = first; index <= last && !err; index++) {
		if (!xa_load(&mapping->i_pages, index))
			holes[count++] = index;
		if (count < MAX_AT_ONCE && index < last)
			continue;
		err = count > 0 ? fill_holes(mapping, holes, count, gfp) : 0;
		count = 0;
	}
	return err;
}

struct folio *shmem_read_folio_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	int err = kho_native_fill_shmem(mapping, index, index, gfp);

	return err ? ERR_PTR(err) : filemap_get_folio(mapping, index);
}

static ssize_t shmem_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	struct inode *inode = file_inode(file);
	size_t done = 0;

	while (done < count && *ppos < i_size_read(inode)) {
		size_t offset = *ppos & ~PAGE_MASK;
		size_t length = min(min(count - done, (size_t)(i_size_read(inode) - *ppos)),
				    PAGE_SIZE - offset);
		struct folio *folio = filemap_get_folio(inode->i_mapping, *ppos >> PAGE_SHIFT);
		unsigned long left;

		if (IS_ERR(folio)) {
			left = clear_user(buf + done, length);
		} else {
			offset = *ppos - folio_pos(folio);
			left = copy_to_user(buf + done, (char *)folio_address(folio) + offset, length);
			folio_put(folio);
		}
		if (left)
			return done ? (ssize_t)done : -EFAULT;
		done += length;
		*ppos += length;
	}
	return done;
}

static bool may_write(struct inode *inode, loff_t end)
{
	const struct shmem_inode_info *info = SHMEM_I(inode);
	bool may_grow = !(info->seals & F_SEAL_GROW) && !(info->flags & SHMEM_F_MAPPING_FROZEN);

	if (info->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
		return false;
	return may_grow || end <= i_size_read(inode);
}

static ssize_t shmem_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	struct inode *inode = file_inode(file);
	ssize_t err = 0;
	size_t done = 0;

	inode_lock(inode);
	if (count > 0 && may_write(inode, *ppos + count))
		err = kho_native_fill_shmem(inode->i_mapping, *ppos >> PAGE_SHIFT,
					    (*ppos + count - 1) >> PAGE_SHIFT,
					    mapping_gfp_mask(inode->i_mapping));
	while (done < count && !err) {
		size_t length = min(count - done, PAGE_SIZE - (size_t)(*ppos & ~PAGE_MASK));
		struct folio *folio;

		if (!may_write(inode, *ppos + length)) {
			err = -EPERM;
			break;
		}
		folio = shmem_read_folio(inode->i_mapping, *ppos >> PAGE_SHIFT);
		if (IS_ERR(folio)) {
			err = PTR_ERR(folio);
			break;
		}
		if (copy_from_user((char *)folio_address(folio) + (*ppos - folio_pos(folio)),
				   buf + done, length))
			err = -EFAULT;
		folio_mark_dirty(folio);
		folio_put(folio);
		done += err ? 0 : length;
		*ppos += err ? 0 : length;
		i_size_write(inode, max(i_size_read(inode), *ppos));
	}
	inode_unlock(inode);
	return done ? (ssize_t)done : err;
}

/* Takes away what lies behind `first`; folios that somebody else holds live on outside. */
static void remove_from(struct address_space *mapping, pgoff_t first)
{
	unsigned long index;
	struct folio *folio;

	xa_for_each_start(&mapping->i_pages, index, folio, first) {
		if (folio->index < first)
			continue;
		folio_get(folio);
		folio_lock(folio);
		filemap_remove_folio(folio);
		folio_unlock(folio);
		folio_put(folio);
	}
	shmem_recalc_inode(mapping->host, 0, 0);
}

int kho_native_set_shmem_size(struct inode *inode, loff_t size)
{
	const struct shmem_inode_info *info = SHMEM_I(inode);
	unsigned int seal = size < i_size_read(inode) ? F_SEAL_SHRINK : F_SEAL_GROW;
	struct folio *last;

	if (size == i_size_read(inode))
		return 0;
	if ((info->seals & seal) || (info->flags & SHMEM_F_MAPPING_FROZEN))
		return -EPERM;
	i_size_write(inode, size);
	remove_from(inode->i_mapping, DIV_ROUND_UP_ULL(size, PAGE_SIZE));
	/* What is behind the end is zero should the file grow again. */
	last = filemap_get_folio(inode->i_mapping, size >> PAGE_SHIFT);
	if (!IS_ERR(last)) {
		size_t end = size - folio_pos(last);

		folio_zero_range(last, end, folio_size(last) - end);
		folio_put(last);
	}
	return 0;
}

loff_t vfs_setpos(struct file *file, loff_t offset, loff_t maxsize)
{
	if (offset < 0 || offset > maxsize)
		return -EINVAL;
	file->f_pos = offset;
	return offset;
}

static loff_t shmem_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t from = whence == SEEK_END ? i_size_read(file_inode(file)) :
		      whence == SEEK_CUR ? file->f_pos :
					   0;

	return vfs_setpos(file, from + offset, MAX_LFS_FILESIZE);
}

static int shmem_release(struct inode *inode, struct file *file)
{
	remove_from(inode->i_mapping, 0);
	xa_destroy(&inode->i_mapping->i_pages);
	kho_host_free(inode->i_private);
	return 0;
}

static const struct file_operations shmem_file_operations = {
	.llseek = shmem_llseek,
	.read = shmem_read,
	.write = shmem_write,
	.release = shmem_release,
};

struct file *kho_native_new_shmem_file(unsigned int seals)
{
	struct file *file = kho_native_new_file(&shmem_file_operations, NULL);
	struct inode *inode = file_inode(file);

	file->f_flags = O_RDWR;
	inode->i_mapping = &inode->i_data;
	inode->i_data.host = inode;
	inode->i_data.gfp_mask = GFP_HIGHUSER_MOVABLE;
	inode->i_mode = S_IFREG | S_IRWXUGO;
	inode->i_private = kho_host_calloc(1, sizeof(struct shmem_inode_info));
	init_rwsem(&inode->i_rwsem);
	xa_init(&inode->i_data.i_pages);
	file->f_mapping = inode->i_mapping;
	SHMEM_I(inode)->seals = seals;
	return file;
}
