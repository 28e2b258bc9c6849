/*
 * Files that drivers offer: of debugfs, sysfs and devices. Scenarios read and write them by path;
 * user memory is memory of this process that holds what they wrote, or what they get.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "files.h"
#include "native.h"

/* What one read() or write() of a scenario carries. */
#define MAX_CONTENT (256 << 10)

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

/* A file or, without any functions, a directory. */
struct dentry {
	struct dentry *next;
	char path[MAX_PATH];
	const struct file_operations *fops;
	void *data;
	/* Of sysfs. */
	struct kobject *kobj;
	const struct attribute *attribute;
	const struct bin_attribute *bin;
	/* Of a link: where it leads. */
	char *target;
};

enum { MAX_LINKS = 8 }; /* on the way to one file */

static struct dentry *files;

static struct dentry *find_past_links(const char *path, int links)
{
	char behind[MAX_PATH];

	for (struct dentry *each = files; each; each = each->next) {
		if (strcmp(each->path, path) == 0 && !each->target)
			return each;
	}
	for (struct dentry *each = files; each && links > 0; each = each->next) {
		size_t length = strlen(each->path);

		if (!each->target || strncmp(each->path, path, length) || path[length] != '/')
			continue;
		scnprintf(behind, sizeof(behind), "%s%s", each->target, path + length);
		return find_past_links(behind, links - 1);
	}
	return NULL;
}

static struct dentry *find(const char *path)
{
	return find_past_links(path, MAX_LINKS);
}

static struct dentry *add(const char *folder, const char *name, struct dentry file)
{
	struct dentry *added = kho_host_calloc(1, sizeof(*added));

	*added = file;
	scnprintf(added->path, sizeof(added->path), "%s/%s", folder, name);
	added->next = files;
	files = added;
	return added;
}

void kho_native_add_attribute(const char *folder, struct kobject *kobj,
			      const struct attribute *attribute)
{
	add(folder, attribute->name, (struct dentry){ .kobj = kobj, .attribute = attribute });
}

void kho_native_add_bin_attribute(const char *folder, struct kobject *kobj,
				  const struct bin_attribute *attribute)
{
	add(folder, attribute->attr.name, (struct dentry){ .kobj = kobj, .bin = attribute });
}

void kho_native_add_file(const char *path, const struct file_operations *fops, void *data)
{
	const char *name = strrchr(path, '/');
	char folder[MAX_PATH];

	scnprintf(folder, sizeof(folder), "%.*s", (int)(name - path), path);
	add(folder, name + 1, (struct dentry){ .fops = fops, .data = data });
}

void kho_native_add_link(const char *path, const char *target)
{
	struct dentry *added = kho_host_calloc(1, sizeof(*added));

	strscpy(added->path, path);
	added->target = kho_host_calloc(1, strlen(target) + 1);
	strcpy(added->target, target);
	added->next = files;
	files = added;
}

void kho_native_remove_path(const char *path)
{
	size_t length = strlen(path);

	for (struct dentry **link = &files; *link;) {
		struct dentry *each = *link;
		char after = each->path[length];

		if (strncmp(each->path, path, length) == 0 && (!after || after == '/')) {
			*link = each->next;
			kho_host_free(each->target);
			kho_host_free(each);
		} else {
			link = &each->next;
		}
	}
}

static const char *folder_of(const struct dentry *parent)
{
	return parent ? parent->path : "/sys/kernel/debug";
}

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	return add(folder_of(parent), name, (struct dentry){ 0 });
}

struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent,
				   void *data, const struct file_operations *fops)
{
	return add(folder_of(parent), name, (struct dentry){ .fops = fops, .data = data });
}

void debugfs_remove(struct dentry *dentry)
{
	if (IS_ERR_OR_NULL(dentry))
		return;
	char path[MAX_PATH];

	strscpy(path, dentry->path);
	kho_native_remove_path(path);
}

bool debugfs_initialized(void)
{
	return true;
}

static ssize_t read_blob(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	const struct debugfs_blob_wrapper *blob = file->private_data;

	return simple_read_from_buffer(buf, count, ppos, blob->data, blob->size);
}

struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob)
{
	static const struct file_operations OPERATIONS = { .open = simple_open, .read = read_blob };

	return debugfs_create_file(name, mode, parent, blob, &OPERATIONS);
}

/* Variables as files: u8 to u64, in decimal and in hexadecimal. */
#define VARIABLE(suffix, type, format)                                                  \
	static int suffix##_get(void *data, u64 *value)                                 \
	{                                                                               \
		*value = *(type *)data;                                                 \
		return 0;                                                               \
	}                                                                               \
	static int suffix##_set(void *data, u64 value)                                  \
	{                                                                               \
		*(type *)data = (type)value;                                            \
		return 0;                                                               \
	}                                                                               \
	DEFINE_SIMPLE_ATTRIBUTE(suffix##_operations, suffix##_get, suffix##_set, format); \
	void debugfs_create_##suffix(const char *name, umode_t mode, struct dentry *parent, \
				     type *value)                                       \
	{                                                                               \
		debugfs_create_file(name, mode, parent, value, &suffix##_operations);   \
	}

VARIABLE(u8, u8, "%llu\n")
VARIABLE(u16, u16, "%llu\n")
VARIABLE(u32, u32, "%llu\n")
VARIABLE(u64, u64, "%llu\n")
VARIABLE(x32, u32, "0x%08llx\n")
VARIABLE(x64, u64, "0x%016llx\n")
VARIABLE(ulong, unsigned long, "%llu\n")
VARIABLE(size_t, size_t, "%llu\n")
VARIABLE(x8, u8, "0x%02llx\n")
VARIABLE(x16, u16, "0x%04llx\n")

static int atomic_get(void *data, u64 *value)
{
	*value = (u64)atomic_read(data);
	return 0;
}

static int atomic_put(void *data, u64 value)
{
	atomic_set(data, (int)value);
	return 0;
}
DEFINE_SIMPLE_ATTRIBUTE(atomic_operations, atomic_get, atomic_put, "%lld\n");

void debugfs_create_atomic_t(const char *name, umode_t mode, struct dentry *parent,
			     atomic_t *value)
{
	debugfs_create_file(name, mode, parent, value, &atomic_operations);
}

struct dentry *debugfs_lookup(const char *name, struct dentry *parent)
{
	char path[MAX_PATH];

	scnprintf(path, sizeof(path), "%s/%s", folder_of(parent), name);
	return find(path);
}

struct dentry *debugfs_create_symlink(const char *name, struct dentry *parent, const char *target)
{
	char path[MAX_PATH], to[MAX_PATH];

	scnprintf(path, sizeof(path), "%s/%s", folder_of(parent), name);
	scnprintf(to, sizeof(to), "%s/%s", folder_of(parent), target);
	kho_native_add_link(path, target[0] == '/' ? target : to);
	return files;
}

static ssize_t read_bool(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	const bool *value = file->private_data;

	return simple_read_from_buffer(buf, count, ppos, *value ? "Y\n" : "N\n", 2);
}

static ssize_t write_bool(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	int err = kstrtobool_from_user(buf, count, file->private_data);

	return err ? err : (ssize_t)count;
}

void debugfs_create_bool(const char *name, umode_t mode, struct dentry *parent, bool *value)
{
	static const struct file_operations OPERATIONS = {
		.open = simple_open, .read = read_bool, .write = write_bool,
	};

	debugfs_create_file(name, mode, parent, value, &OPERATIONS);
}

/* A number that is read and written as text. */
struct simple_attribute {
	int (*get)(void *data, u64 *value);
	int (*set)(void *data, u64 value);
	const char *format;
	void *data;
};

int kho_native_attribute_open(struct inode *inode, struct file *file,
			      int (*get)(void *data, u64 *value),
			      int (*set)(void *data, u64 value), const char *fmt)
{
	struct simple_attribute *attribute = kho_host_calloc(1, sizeof(*attribute));

	*attribute = (struct simple_attribute){ get, set, fmt, inode->i_private };
	file->private_data = attribute;
	return 0;
}

int kho_native_attribute_release(struct inode *inode, struct file *file)
{
	kho_host_free(file->private_data);
	return 0;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
ssize_t kho_native_attribute_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	const struct simple_attribute *attribute = file->private_data;
	char text[64];
	u64 value;
	int err;

	if (!attribute->get)
		return -EACCES;
	err = attribute->get(attribute->data, &value);
	if (err)
		return err;
	return simple_read_from_buffer(buf, count, ppos, text,
				       scnprintf(text, sizeof(text), attribute->format, value));
}
#pragma GCC diagnostic pop

ssize_t kho_native_attribute_write(struct file *file, const char __user *buf, size_t count,
				   loff_t *ppos)
{
	const struct simple_attribute *attribute = file->private_data;
	unsigned long value;
	int err;

	if (!attribute->set)
		return -EACCES;
	err = kstrtoul_from_user(buf, count, 0, &value);
	if (!err)
		err = attribute->set(attribute->data, value);
	return err ? err : (ssize_t)count;
}

int simple_open(struct inode *inode, struct file *file)
{
	file->private_data = inode->i_private;
	return 0;
}

int nonseekable_open(struct inode *inode, struct file *file)
{
	return 0;
}

int stream_open(struct inode *inode, struct file *file)
{
	return 0;
}

loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}

loff_t default_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}

int misc_register(struct miscdevice *misc)
{
	const char *name = misc->nodename ? misc->nodename : misc->name;
	static const struct class MISC = { .name = "misc" };
	int err = (int)kho_native_call_int(
		kho_native_call("miscRegister", "su", name, (unsigned long)misc));

	if (err)
		return err;
	add("/dev", name, (struct dentry){ .fops = misc->fops, .data = misc });
	misc->this_device = kho_native_new_device(&MISC, misc->parent, misc->name);
	misc->this_device->groups = misc->groups;
	misc->this_device->driver_data = misc;
	return device_add(misc->this_device);
}

void misc_deregister(struct miscdevice *misc)
{
	const char *name = misc->nodename ? misc->nodename : misc->name;
	char path[MAX_PATH];

	kho_native_call("miscDeregister", "s", name);
	device_unregister(misc->this_device);
	scnprintf(path, sizeof(path), "/dev/%s", name);
	kho_native_remove_path(path);
}

/* What sysfs gives its functions is a page of the kernel's own. */
static ssize_t use_attribute(const struct dentry *entry, char *content, size_t count, bool is_write)
{
	const struct sysfs_ops *ops = entry->kobj->ktype->sysfs_ops;
	struct attribute *attr = (struct attribute *)entry->attribute;

	if (is_write)
		return ops->store ? ops->store(entry->kobj, attr, content, count) : -EIO;
	return ops->show ? ops->show(entry->kobj, attr, content) : -EIO;
}

static ssize_t use_bin_attribute(const struct dentry *entry, char *content, size_t count,
				 bool is_write)
{
	const struct bin_attribute *bin = entry->bin;
	ssize_t total = 0;

	if (is_write)
		return bin->write ? bin->write(NULL, entry->kobj, bin, content, 0, count) : -EIO;
	if (!bin->read)
		return -EIO;
	/* A page at a time, up to the size that it says it has, if it says one. */
	while (total < MAX_CONTENT) {
		size_t left = bin->size ? bin->size - total : PAGE_SIZE;
		ssize_t got = left == 0 ? 0 : bin->read(NULL, entry->kobj, bin, content + total, total,
							min(left, PAGE_SIZE));

		if (got < 0)
			return got;
		if (got == 0)
			break;
		total += got;
	}
	return total;
}

static ssize_t read_whole(struct file *file, char *content)
{
	ssize_t total = 0;

	while (total < MAX_CONTENT) {
		ssize_t count = file->f_op->read(file, content + total, MAX_CONTENT - total,
						 &file->f_pos);

		if (count < 0)
			return count;
		if (count == 0)
			break;
		total += count;
	}
	return total;
}

static ssize_t use_file(const struct dentry *entry, char *content, size_t count, bool is_write)
{
	struct inode inode = { .i_private = entry->data };
	struct file file = { .f_op = entry->fops, .f_inode = &inode, .private_data = entry->data };
	ssize_t result;

	file.f_mode = is_write ? FMODE_WRITE : FMODE_READ;
	if (entry->fops->open) {
		result = entry->fops->open(&inode, &file);
		if (result)
			return result;
	}
	if (is_write)
		result = entry->fops->write ?
				 entry->fops->write(&file, content, count, &file.f_pos) :
				 -EINVAL;
	else
		result = entry->fops->read ? read_whole(&file, content) : -EINVAL;
	if (entry->fops->release)
		entry->fops->release(&inode, &file);
	return result;
}

/*
 * Called for the engine: writes `text` to a file, or, if that is NULL, reads one and tells what was
 * in it. An error, or the number of bytes.
 */
long kho_native_use_file(const char *path, const char *text);
long kho_native_use_file(const char *path, const char *text)
{
	static char content[MAX_CONTENT + 1];
	const struct dentry *entry = find(path);
	size_t count = text ? strlen(text) : 0;

	if (!entry || (!entry->fops && !entry->attribute && !entry->bin))
		return -ENOENT;
	if (count > MAX_CONTENT)
		return -E2BIG;
	memset(content, 0, sizeof(content));
	if (text)
		memcpy(content, text, count);
	ssize_t result = entry->attribute ? use_attribute(entry, content, count, text != NULL) :
			 entry->bin	  ? use_bin_attribute(entry, content, count, text != NULL) :
					    use_file(entry, content, count, text != NULL);

	if (!text && result >= 0)
		kho_native_call("fileContent", "b", content, (unsigned long)result);
	return result;
}
