#pragma once

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/types.h>

struct file;

struct file *fget(unsigned int fd);
struct file *get_file(struct file *file);
void fput(struct file *file);
int get_unused_fd_flags(unsigned int flags);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *file);

DEFINE_FREE(fput, struct file *, if (!IS_ERR_OR_NULL(_T)) fput(_T))
