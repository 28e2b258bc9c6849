/* Files that a scenario opens, reads and writes, and those that the Live Update Orchestrator moves. */
#pragma once

#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct module;
struct cdev;
struct inode;
struct file;
struct dentry;
struct poll_table_struct;
struct vm_area_struct;

#define MAX_LFS_FILESIZE ((loff_t)LLONG_MAX)
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define FMODE_READ ((fmode_t)1)
#define FMODE_WRITE ((fmode_t)2)

struct address_space {
	struct inode *host;
	struct xarray i_pages;
	gfp_t gfp_mask;
	unsigned long nrpages;
};

struct inode {
	umode_t i_mode;
	unsigned int i_nlink;
	dev_t i_rdev;
	struct cdev *i_cdev;
	loff_t i_size;
	unsigned long i_ino;
	void *i_private;
	struct address_space *i_mapping;
	struct address_space i_data;
	struct rw_semaphore i_rwsem;
};

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t count, loff_t *ppos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t count, loff_t *ppos);
	__poll_t (*poll)(struct file *file, struct poll_table_struct *table);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, void *id);
	int (*release)(struct inode *inode, struct file *file);
	int (*fsync)(struct file *file, loff_t start, loff_t end, int datasync);
};

struct file {
	const struct file_operations *f_op;
	struct inode *f_inode;
	struct address_space *f_mapping;
	void *private_data;
	loff_t f_pos;
	unsigned int f_flags;
	fmode_t f_mode;
	long f_count;
};

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

static inline loff_t i_size_read(const struct inode *inode)
{
	return inode->i_size;
}

static inline void i_size_write(struct inode *inode, loff_t size)
{
	inode->i_size = size;
}

static inline void inode_lock(struct inode *inode)
{
	down_write(&inode->i_rwsem);
}

static inline void inode_unlock(struct inode *inode)
{
	up_write(&inode->i_rwsem);
}

static inline gfp_t mapping_gfp_mask(const struct address_space *mapping)
{
	return mapping->gfp_mask;
}

loff_t vfs_setpos(struct file *file, loff_t offset, loff_t maxsize);
loff_t noop_llseek(struct file *file, loff_t offset, int whence);
loff_t default_llseek(struct file *file, loff_t offset, int whence);
int simple_open(struct inode *inode, struct file *file);
int nonseekable_open(struct inode *inode, struct file *file);
int stream_open(struct inode *inode, struct file *file);

#define no_llseek NULL
#define compat_ptr_ioctl NULL

/*
 * Character devices by number; most drivers have a miscdevice instead. Scenarios open /dev/ and the
 * name of the device, or that of the region where no device was created, as after a mknod.
 */
int register_chrdev(unsigned int major, const char *name, const struct file_operations *fops);
void unregister_chrdev(unsigned int major, const char *name);
int __must_check register_chrdev_region(dev_t from, unsigned int count, const char *name);
int __must_check alloc_chrdev_region(dev_t *dev, unsigned int first, unsigned int count,
				     const char *name);
void unregister_chrdev_region(dev_t from, unsigned int count);

static inline unsigned int iminor(const struct inode *inode)
{
	return MINOR(inode->i_rdev);
}

static inline unsigned int imajor(const struct inode *inode)
{
	return MAJOR(inode->i_rdev);
}
