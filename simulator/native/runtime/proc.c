/* Files of /proc, which have operations of their own kind. */
#include <linux/debugfs.h>
#include <linux/proc_fs.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "files.h"

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

struct proc_dir_entry {
	char path[MAX_PATH];
	struct file_operations fops;
	int (*show)(struct seq_file *m, void *v);
	void *data;
};

static struct proc_dir_entry *new_entry(const char *name, const struct proc_dir_entry *parent)
{
	struct proc_dir_entry *entry = kho_host_calloc(1, sizeof(*entry));

	scnprintf(entry->path, sizeof(entry->path), "%s/%s", parent ? parent->path : "/proc", name);
	return entry;
}

struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent)
{
	return new_entry(name, parent);
}

struct proc_dir_entry *proc_create_data(const char *name, umode_t mode,
					struct proc_dir_entry *parent,
					const struct proc_ops *ops, void *data)
{
	struct proc_dir_entry *entry = new_entry(name, parent);

	entry->fops = (struct file_operations){
		.open = ops->proc_open,
		.read = ops->proc_read,
		.write = ops->proc_write,
		.llseek = ops->proc_lseek,
		.release = ops->proc_release,
	};
	kho_native_add_file(entry->path, &entry->fops, data);
	return entry;
}

static int open_single(struct inode *inode, struct file *file)
{
	const struct proc_dir_entry *entry = inode->i_private;

	return single_open(file, entry->show, entry->data);
}

struct proc_dir_entry *proc_create_single_data(const char *name, umode_t mode,
					       struct proc_dir_entry *parent,
					       int (*show)(struct seq_file *m, void *v),
					       void *data)
{
	struct proc_dir_entry *entry = new_entry(name, parent);

	entry->show = show;
	entry->data = data;
	entry->fops = (struct file_operations){
		.open = open_single,
		.read = seq_read,
		.release = single_release,
	};
	kho_native_add_file(entry->path, &entry->fops, entry);
	return entry;
}

void proc_remove(struct proc_dir_entry *entry)
{
	if (!entry)
		return;
	kho_native_remove_path(entry->path);
	kho_host_free(entry);
}

void remove_proc_entry(const char *name, struct proc_dir_entry *parent)
{
	char path[MAX_PATH];

	scnprintf(path, sizeof(path), "%s/%s", parent ? parent->path : "/proc", name);
	kho_native_remove_path(path);
}
