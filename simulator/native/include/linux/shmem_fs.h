/* Shared memory files, as far as preserving them goes. */
#pragma once

#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/types.h>

bool shmem_file(struct file *file);
void shmem_freeze(struct inode *inode, bool freeze);
