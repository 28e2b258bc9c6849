/*
 * Files that stay open: a scenario opens devices, and the Live Update Orchestrator takes files
 * along. The engine knows a struct file by its address, which means nothing to it.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/container_of.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/string.h>

#include "files.h"
#include "native.h"
#include "open-files.h"

/* What one read() of a scenario takes at most. */
#define MAX_READ (256UL << 10)

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

extern char __executable_start[];

/* A file and the inode that is its own. */
struct open_file {
	struct file file;
	struct inode inode;
};

void kho_native_callback_at(const void *function)
{
	kho_native_call("callbackPlace", "u", (const char *)function - __executable_start);
}

struct file *kho_native_new_file(const struct file_operations *fops, void *data)
{
	struct open_file *opened = kho_host_calloc(1, sizeof(*opened));

	opened->file = (struct file){
		.f_op = fops,
		.f_inode = &opened->inode,
		.private_data = data,
		.f_mode = FMODE_READ | FMODE_WRITE,
		.f_count = 1,
	};
	return &opened->file;
}

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops,
				void *private_data, int flags)
{
	int err = (int)kho_native_call_int(kho_native_call("anonInodeGetfile", "s", name));
	struct file *file;

	if (err)
		return ERR_PTR(err);
	file = kho_native_new_file(fops, private_data);
	file->f_flags = (unsigned int)flags;
	return file;
}

struct file *get_file(struct file *file)
{
	file->f_count++;
	return file;
}

void fput(struct file *file)
{
	if (--file->f_count > 0)
		return;
	if (file->f_op->release) {
		kho_native_callback_at(file->f_op->release);
		file->f_op->release(file->f_inode, file);
	}
	kho_host_free(container_of(file, struct open_file, file));
}

/* A device by its handle: a name in /dev of a numbered one, or else a miscdevice. */
static long open_device(const void *handle)
{
	const struct miscdevice *misc = handle;
	struct inode inode = { 0 };
	const struct file_operations *fops = kho_native_find_node(handle, &inode);
	/* A driver finds its device in the file, as misc_open() leaves it. */
	struct file *file = fops ? kho_native_new_file(fops, NULL) :
		inode.i_rdev ? NULL : kho_native_new_file(misc->fops, (void *)misc);
	int err = 0;

	if (!file)
		return -ENXIO;
	file->f_inode->i_rdev = inode.i_rdev;
	file->f_inode->i_cdev = inode.i_cdev;
	if (file->f_op->open) {
		kho_native_callback_at(file->f_op->open);
		err = file->f_op->open(file->f_inode, file);
	}
	if (err)
		kho_host_free(container_of(file, struct open_file, file));
	else
		kho_native_call("callbackResult", "u", (unsigned long)file);
	return err;
}

/* Where to read or write: pread() and pwrite() say that, and leave the file where it is. */
static loff_t *place(struct file *file, loff_t *at)
{
	return *at < 0 ? &file->f_pos : at;
}

static long read_file(struct file *file, unsigned long length, loff_t at)
{
	static char content[MAX_READ];
	ssize_t count;

	if (!file->f_op->read)
		return -EINVAL;
	kho_native_callback_at(file->f_op->read);
	count = file->f_op->read(file, content, min(length, MAX_READ), place(file, &at));
	if (count >= 0)
		kho_native_call("callbackResult", "b", content, (unsigned long)count);
	return count;
}

static long write_file(struct file *file, const char *text, loff_t at)
{
	if (!file->f_op->write)
		return -EINVAL;
	kho_native_callback_at(file->f_op->write);
	return file->f_op->write(file, text, strlen(text), place(file, &at));
}

/* Called for the engine: one of its callbacks, by name, of an object that a driver registered. */
long kho_native_call_object(const char *name, unsigned long a, unsigned long b, unsigned long c,
			    unsigned long d, unsigned long e);
long kho_native_call_object(const char *name, unsigned long a, unsigned long b, unsigned long c,
			    unsigned long d, unsigned long e)
{
	const unsigned long args[] = { a, b, c, d, e };

	if (strcmp(name, "file.open") == 0)
		return open_device((const void *)a);
	if (strcmp(name, "file.read") == 0)
		return read_file((struct file *)a, b, (loff_t)c);
	if (strcmp(name, "file.write") == 0)
		return write_file((struct file *)a, (const char *)b, (loff_t)c);
	if (strncmp(name, "memfd.", 6) == 0)
		return kho_native_memfd_callback(name + 6, args);
	if (strcmp(name, "file.release") == 0) {
		fput((struct file *)a);
		return 0;
	}
	return kho_native_handler_callback(name, args);
}
