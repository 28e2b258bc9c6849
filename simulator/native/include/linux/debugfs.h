/* Files below /sys/kernel/debug, for scenarios too. */
#pragma once

#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/types.h>

struct debugfs_blob_wrapper {
	void *data;
	unsigned long size;
};

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent);
struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent,
				   void *data, const struct file_operations *fops);
struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob);
void debugfs_create_bool(const char *name, umode_t mode, struct dentry *parent, bool *value);
void debugfs_create_u8(const char *name, umode_t mode, struct dentry *parent, u8 *value);
void debugfs_create_u16(const char *name, umode_t mode, struct dentry *parent, u16 *value);
void debugfs_create_u32(const char *name, umode_t mode, struct dentry *parent, u32 *value);
void debugfs_create_u64(const char *name, umode_t mode, struct dentry *parent, u64 *value);
void debugfs_create_x32(const char *name, umode_t mode, struct dentry *parent, u32 *value);
void debugfs_create_x64(const char *name, umode_t mode, struct dentry *parent, u64 *value);
void debugfs_create_x8(const char *name, umode_t mode, struct dentry *parent, u8 *value);
void debugfs_create_x16(const char *name, umode_t mode, struct dentry *parent, u16 *value);
void debugfs_create_size_t(const char *name, umode_t mode, struct dentry *parent, size_t *value);
struct dentry *debugfs_create_symlink(const char *name, struct dentry *parent,
				      const char *target);
struct dentry *debugfs_lookup(const char *name, struct dentry *parent);
void debugfs_create_ulong(const char *name, umode_t mode, struct dentry *parent,
			  unsigned long *value);
void debugfs_create_atomic_t(const char *name, umode_t mode, struct dentry *parent,
			     atomic_t *value);
void debugfs_remove(struct dentry *dentry);
bool debugfs_initialized(void);

#define debugfs_remove_recursive(dentry) debugfs_remove(dentry)

/* The files of a number are read and written as text. */
int kho_native_attribute_open(struct inode *inode, struct file *file,
			      int (*get)(void *data, u64 *value),
			      int (*set)(void *data, u64 value), const char *fmt);
int kho_native_attribute_release(struct inode *inode, struct file *file);
ssize_t kho_native_attribute_read(struct file *file, char __user *buf, size_t count,
				  loff_t *ppos);
ssize_t kho_native_attribute_write(struct file *file, const char __user *buf, size_t count,
				   loff_t *ppos);

#define DEFINE_SIMPLE_ATTRIBUTE(name, get, set, fmt)                                 \
	static int name##_open(struct inode *inode, struct file *file)               \
	{                                                                            \
		return kho_native_attribute_open(inode, file, get, set, fmt);        \
	}                                                                            \
	static const struct file_operations name = {                                 \
		.open = name##_open,                                                 \
		.release = kho_native_attribute_release,                             \
		.read = kho_native_attribute_read,                                   \
		.write = kho_native_attribute_write,                                 \
	}
#define DEFINE_DEBUGFS_ATTRIBUTE(name, get, set, fmt) DEFINE_SIMPLE_ATTRIBUTE(name, get, set, fmt)
#define debugfs_create_file_unsafe(name, mode, parent, data, fops) \
	debugfs_create_file(name, mode, parent, data, fops)
