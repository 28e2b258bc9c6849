/* Files whose text is made as a whole when it is read, and what passes to and from user space. */
#include <linux/hex.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/* What a scenario reads of one file. */
#define MAX_TEXT_FILE (256 << 10)
/* What one seq_printf() writes. */
#define MAX_TEXT PAGE_SIZE

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void *kho_host_realloc(void *pointer, size_t size) __asm__("realloc");
void kho_host_free(void *pointer) __asm__("free");

/* Text that grows as it is written. */
int seq_write(struct seq_file *m, const void *data, size_t len)
{
	if (m->count + len > m->size) {
		size_t size = max(2 * m->size, m->count + len);

		if (size > MAX_TEXT_FILE)
			return -E2BIG;
		m->buf = kho_host_realloc(m->buf, size);
		m->size = size;
	}
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	return 0;
}

void seq_puts(struct seq_file *m, const char *text)
{
	seq_write(m, text, strlen(text));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	char text[MAX_TEXT];
	va_list args;

	va_start(args, fmt);
	int length = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	seq_write(m, text, length);
}

static struct seq_file *new_seq_file(struct file *file)
{
	struct seq_file *m = kho_host_calloc(1, sizeof(*m));

	file->private_data = m;
	return m;
}

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_file *m = new_seq_file(file);

	m->single_show = show;
	m->private = data;
	return 0;
}

int seq_open(struct file *file, const struct seq_operations *op)
{
	new_seq_file(file)->op = op;
	return 0;
}

int seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kho_host_free(m->buf);
	kho_host_free(m);
	return 0;
}

int single_release(struct inode *inode, struct file *file)
{
	return seq_release(inode, file);
}

static int show_all(struct seq_file *m)
{
	loff_t pos = 0;
	int err = 0;

	if (m->single_show)
		return m->single_show(m, NULL);
	void *v = m->op->start(m, &pos);

	while (!err && !IS_ERR_OR_NULL(v)) {
		err = m->op->show(m, v);
		v = m->op->next(m, v, &pos);
	}
	m->op->stop(m, v);
	return err;
}

ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *ppos)
{
	struct seq_file *m = file->private_data;

	if (*ppos == 0) {
		m->count = 0;
		int err = show_all(m);

		if (err)
			return err;
	}
	return simple_read_from_buffer(buf, size, ppos, m->buf, m->count);
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos = offset;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	memcpy((void *)to, from, n);
	return 0;
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	memcpy(to, (const void *)from, n);
	return 0;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	memset((void *)to, 0, n);
	return 0;
}

long strncpy_from_user(char *to, const char __user *from, long count)
{
	long length = strnlen(from, count);

	memcpy(to, from, length < count ? length + 1 : count);
	return length;
}

ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available)
{
	size_t at = *ppos < 0 ? 0 : (size_t)*ppos;

	if (at >= available)
		return 0;
	count = min(count, available - at);
	memcpy((void *)to, (const char *)from + at, count);
	*ppos += count;
	return count;
}

ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count)
{
	size_t at = *ppos < 0 ? 0 : (size_t)*ppos;

	if (at >= available)
		return 0;
	count = min(count, available - at);
	memcpy((char *)to + at, (const void *)from, count);
	*ppos += count;
	return count;
}

void *memdup_user(const void __user *from, size_t count)
{
	void *copy = kmemdup((const void *)from, count, GFP_USER);

	return copy ? copy : ERR_PTR(-ENOMEM);
}

void *memdup_user_nul(const void __user *from, size_t count)
{
	char *copy = kmalloc(count + 1, GFP_USER);

	if (!copy)
		return ERR_PTR(-ENOMEM);
	memcpy(copy, (const void *)from, count);
	copy[count] = '\0';
	return copy;
}

struct list_head *seq_list_start(struct list_head *head, loff_t pos)
{
	struct list_head *each;

	list_for_each(each, head)
		if (pos-- == 0)
			return each;
	return NULL;
}

struct list_head *seq_list_start_head(struct list_head *head, loff_t pos)
{
	return pos == 0 ? head : seq_list_start(head, pos - 1);
}

struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *pos)
{
	struct list_head *next = ((struct list_head *)v)->next;

	++*pos;
	return next == head ? NULL : next;
}

void seq_hex_dump(struct seq_file *m, const char *prefix, int prefix_type, int rowsize,
		  int groupsize, const void *buf, size_t len, bool ascii)
{
	size_t row = rowsize == 32 ? 32 : 16;
	char line[160];

	for (size_t at = 0; at < len; at += row) {
		hex_dump_to_buffer((const u8 *)buf + at, min(row, len - at), (int)row, groupsize,
				   line, sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_OFFSET)
			seq_printf(m, "%s%08zx: %s\n", prefix, at, line);
		else
			seq_printf(m, "%s%s\n", prefix, line);
	}
}
