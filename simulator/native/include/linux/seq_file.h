#pragma once

#include <linux/fs.h>
#include <linux/stdarg.h>
#include <linux/types.h>

struct seq_file;

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	size_t from;
	loff_t index;
	const struct seq_operations *op;
	int (*single_show)(struct seq_file *m, void *v);
	void *private;
};

int seq_open(struct file *file, const struct seq_operations *op);
int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data);
int single_release(struct inode *inode, struct file *file);
int seq_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *ppos);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *text);
void seq_putc(struct seq_file *m, char c);
struct list_head *seq_list_start(struct list_head *head, loff_t pos);
struct list_head *seq_list_start_head(struct list_head *head, loff_t pos);
struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *pos);
void seq_hex_dump(struct seq_file *m, const char *prefix, int prefix_type, int rowsize,
		  int groupsize, const void *buf, size_t len, bool ascii);
int seq_write(struct seq_file *m, const void *data, size_t len);

#define DEFINE_SHOW_ATTRIBUTE(name)                                             \
	static int name##_open(struct inode *inode, struct file *file)          \
	{                                                                       \
		return single_open(file, name##_show, inode->i_private);        \
	}                                                                       \
	static const struct file_operations name##_fops = {                     \
		.open = name##_open,                                            \
		.read = seq_read,                                               \
		.llseek = seq_lseek,                                            \
		.release = single_release,                                      \
	}
#define DEFINE_SHOW_STORE_ATTRIBUTE(name)                                       \
	static int name##_open(struct inode *inode, struct file *file)          \
	{                                                                       \
		return single_open(file, name##_show, inode->i_private);        \
	}                                                                       \
	static const struct file_operations name##_fops = {                     \
		.open = name##_open,                                            \
		.read = seq_read,                                               \
		.write = name##_write,                                          \
		.llseek = seq_lseek,                                            \
		.release = single_release,                                      \
	}
#define DEFINE_SEQ_ATTRIBUTE(name)                                              \
	static int name##_open(struct inode *inode, struct file *file)          \
	{                                                                       \
		(void)inode;                                                    \
		return seq_open(file, &name##_sops);                            \
	}                                                                       \
	static const struct file_operations name##_fops = {                     \
		.open = name##_open,                                            \
		.read = seq_read,                                               \
		.llseek = seq_lseek,                                            \
		.release = seq_release,                                         \
	}
