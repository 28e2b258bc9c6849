#pragma once

#include <linux/fs.h>

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops,
				void *private_data, int flags);
int anon_inode_getfd(const char *name, const struct file_operations *fops, void *private_data,
		     int flags);
