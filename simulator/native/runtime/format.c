/*
 * Formatted text. What the kernel's formats have beyond C's is done here, and each of the others is
 * handed to the C library by itself.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uuid.h>

int kho_host_snprintf(char *buf, size_t size, const char *fmt, ...) __asm__("snprintf");
int kho_host_vsscanf(const char *buf, const char *fmt, va_list args) __asm__("vsscanf");

#define MAX_DIRECTIVE 32
#define MAX_PIECE 512

/* Text that may be longer than the room for it. */
struct sink {
	char *to;
	size_t size;
	size_t length;
};

/* One `%…` of a format. */
struct directive {
	char text[MAX_DIRECTIVE];
	int width; /* -1 if there is none */
	int precision; /* -1 if there is none */
	int longs; /* how often 'l' stands there; 'z' and 't' count as one */
	char conversion;
};

static void put(struct sink *sink, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++, sink->length++)
		if (sink->length + 1 < sink->size)
			sink->to[sink->length] = text[i];
}

#define PUT(sink, format, value...)                                             \
	do {                                                                    \
		char __piece[MAX_PIECE];                                        \
		int __n = kho_host_snprintf(__piece, sizeof(__piece), format, value); \
										\
		put(sink, __piece, __n < MAX_PIECE ? __n : MAX_PIECE - 1);      \
	} while (0)

static const char *error_name(long error)
{
	static const struct {
		int error;
		const char *name;
	} NAMES[] = {
		{ EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { EIO, "EIO" }, { E2BIG, "E2BIG" },
		{ EAGAIN, "EAGAIN" }, { ENOMEM, "ENOMEM" }, { EFAULT, "EFAULT" },
		{ EBUSY, "EBUSY" }, { EEXIST, "EEXIST" }, { ENODEV, "ENODEV" },
		{ EINVAL, "EINVAL" }, { ENOSPC, "ENOSPC" }, { ERANGE, "ERANGE" },
		{ ENODATA, "ENODATA" }, { EOPNOTSUPP, "EOPNOTSUPP" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++)
		if (NAMES[i].error == -error)
			return NAMES[i].name;
	return NULL;
}

static void put_error(struct sink *sink, long error)
{
	const char *name = error_name(error);

	if (name)
		PUT(sink, "-%s", name);
	else
		PUT(sink, "%ld", error);
}

static void put_bytes(struct sink *sink, const u8 *bytes, int count, char separator)
{
	for (int i = 0; i < count; i++) {
		if (i > 0 && separator)
			put(sink, &separator, 1);
		PUT(sink, "%02x", bytes[i]);
	}
}

static void put_uuid(struct sink *sink, const u8 *uuid)
{
	static const u8 DASH_BEFORE[] = { 4, 6, 8, 10 };

	for (int i = 0; i < UUID_SIZE; i++) {
		if (memchr(DASH_BEFORE, i, sizeof(DASH_BEFORE)))
			put(sink, "-", 1);
		PUT(sink, "%02x", uuid[i]);
	}
}

/* Everything that begins with %p; the result is what follows the p and belongs to it. */
static const char *put_pointer(struct sink *sink, const char *after, const struct directive *d,
			       const void *pointer)
{
	switch (*after) {
	case 'e':
		if (IS_ERR(pointer))
			put_error(sink, PTR_ERR(pointer));
		else
			put(sink, "(____ptrval____)", 16);
		return after + 1;
	case 'a':
		PUT(sink, "0x%016llx", *(const unsigned long long *)pointer);
		return after[1] == 'p' || after[1] == 'd' ? after + 2 : after + 1;
	case 'x':
		PUT(sink, "%016lx", (unsigned long)pointer);
		return after + 1;
	case 'h':
		put_bytes(sink, pointer, d->width < 0 ? 1 : d->width,
			  after[1] == 'C' ? ':' : after[1] == 'D' ? '-' : after[1] == 'N' ? 0 : ' ');
		return after[1] == 'C' || after[1] == 'D' || after[1] == 'N' ? after + 2 : after + 1;
	case 'U':
		put_uuid(sink, pointer);
		return after[1] == 'b' || after[1] == 'B' || after[1] == 'l' || after[1] == 'L' ?
			       after + 2 :
			       after + 1;
	case 's':
	case 'S':
		PUT(sink, "%p", pointer);
		return after + 1;
	default:
		/* An address would be another in each run: the kernel hides them, too. */
		if (pointer)
			put(sink, "(____ptrval____)", 16);
		else
			put(sink, "0000000000000000", 16);
		return after;
	}
}

static const char *read_number(const char *at, int *number)
{
	for (*number = 0; *at >= '0' && *at <= '9'; at++)
		*number = *number * 10 + (*at - '0');
	return at;
}

/* Reads a directive behind its '%'; widths that are arguments are read from `args`. */
static const char *read_directive(const char *at, struct directive *d, va_list *args)
{
	char flags[8] = "", lengths[4] = "";
	size_t count = 0;

	*d = (struct directive){ .width = -1, .precision = -1 };
	for (; *at && strchr("-+ #0", *at); at++)
		if (count < sizeof(flags) - 1)
			flags[count++] = *at;
	if (*at == '*') {
		d->width = va_arg(*args, int);
		at++;
	} else if (*at >= '1' && *at <= '9') {
		at = read_number(at, &d->width);
	}
	if (*at == '.') {
		at++;
		if (*at == '*') {
			d->precision = va_arg(*args, int);
			at++;
		} else {
			at = read_number(at, &d->precision);
		}
	}
	for (count = 0; *at && strchr("hlzjtL", *at); at++) {
		d->longs += *at != 'h';
		if (count < sizeof(lengths) - 1)
			lengths[count++] = *at;
	}
	d->conversion = *at;
	int n = kho_host_snprintf(d->text, sizeof(d->text), "%%%s", flags);

	if (d->width >= 0)
		n += kho_host_snprintf(d->text + n, sizeof(d->text) - n, "%d", d->width);
	if (d->precision >= 0)
		n += kho_host_snprintf(d->text + n, sizeof(d->text) - n, ".%d", d->precision);
	kho_host_snprintf(d->text + n, sizeof(d->text) - n, "%s%c", lengths, d->conversion);
	return *at ? at + 1 : at;
}

static void put_text(struct sink *sink, const struct directive *d, const char *text)
{
	size_t length;

	if (!text)
		text = "(null)";
	length = d->precision >= 0 ? strnlen(text, d->precision) : strlen(text);
	bool is_left = strchr(d->text, '-') != NULL;

	for (int i = (int)length; !is_left && i < d->width; i++)
		put(sink, " ", 1);
	put(sink, text, length);
	for (int i = (int)length; is_left && i < d->width; i++)
		put(sink, " ", 1);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list original)
{
	struct sink sink = { .to = buf, .size = size };
	va_list args;

	va_copy(args, original);
	while (*fmt) {
		struct directive d;
		const char *next = strchr(fmt, '%');

		if (!next) {
			put(&sink, fmt, strlen(fmt));
			break;
		}
		put(&sink, fmt, next - fmt);
		fmt = read_directive(next + 1, &d, &args);
		switch (d.conversion) {
		case 'd':
		case 'i':
		case 'u':
		case 'x':
		case 'X':
		case 'o':
			if (d.longs)
				PUT(&sink, d.text, va_arg(args, long));
			else
				PUT(&sink, d.text, va_arg(args, int));
			break;
		case 'c':
			PUT(&sink, d.text, va_arg(args, int));
			break;
		case 's':
			put_text(&sink, &d, va_arg(args, const char *));
			break;
		case 'p':
			fmt = put_pointer(&sink, fmt, &d, va_arg(args, const void *));
			break;
		case '%':
			put(&sink, "%", 1);
			break;
		default:
			put(&sink, next, fmt - next);
		}
	}
	va_end(args);
	if (size > 0)
		buf[sink.length < size ? sink.length : size - 1] = '\0';
	return (int)sink.length;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int length = vsnprintf(buf, size, fmt, args);

	if (size == 0)
		return 0;
	return length < (int)size ? length : (int)size - 1;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return length;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return length;
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return length;
}

int sscanf(const char *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int count = kho_host_vsscanf(buf, fmt, args);
	va_end(args);
	return count;
}

char *kvasprintf(gfp_t flags, const char *fmt, va_list args)
{
	int length = vsnprintf(NULL, 0, fmt, args);
	char *text = kmalloc(length + 1, flags);

	if (text)
		vsnprintf(text, length + 1, fmt, args);
	return text;
}

char *kasprintf(gfp_t flags, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	char *text = kvasprintf(flags, fmt, args);
	va_end(args);
	return text;
}
