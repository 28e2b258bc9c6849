#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

struct file;
struct file_operations;

/* A file that nobody has asked for by name: it cannot be refused. */
struct file *kho_native_new_file(const struct file_operations *fops, void *data);

/* Where the driver's function is that is called next: what it fails with is its own. */
void kho_native_callback_at(const void *function);
/* Callbacks of file handlers and of what files share, by the engine's name for them. */
long kho_native_handler_callback(const char *name, const unsigned long *args);
/* The same of memory files. */
long kho_native_memfd_callback(const char *op, const unsigned long *args);
