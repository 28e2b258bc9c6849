#pragma once

#include <linux/miscdevice.h>
#include <linux/sysfs.h>

enum { MAX_PATH = 256 };

/* Adds a file of sysfs to a folder. */
void kho_native_add_attribute(const char *folder, struct kobject *kobj,
			      const struct attribute *attribute);
void kho_native_add_bin_attribute(const char *folder, struct kobject *kobj,
				  const struct bin_attribute *attribute);
/* Any other file, by its whole path. */
void kho_native_add_file(const char *path, const struct file_operations *fops, void *data);
/* Whoever asks for what is below `path` gets what is below `target`. */
void kho_native_add_link(const char *path, const char *target);
/* Takes away a file, a link, or a directory with all that is in it. */
void kho_native_remove_path(const char *path);

/* Where a directory is, in MAX_PATH bytes. */
void kho_native_path_of(const struct kobject *kobj, char *path);
/* A copy that lasts as long as the kernel. */
const char *kho_native_vname(const char *fmt, va_list args);
/* A device of no driver's own, such as that of a miscdevice. */
struct device *kho_native_new_device(const struct class *class, struct device *parent,
				     const char *name);

/* /dev/ and a name, to be opened by number. */
void kho_native_add_node(dev_t dev, const char *name);
void kho_native_remove_node(dev_t dev);
/* Whose functions a file that is opened gets; fills in what the inode says of it. */
const struct file_operations *kho_native_find_node(const void *handle, struct inode *inode);
