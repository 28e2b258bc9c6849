/* Texts, as far as the C library has nothing of that name. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <linux/sprintf.h>

#define MAX_NUMBER_TEXT 64

ssize_t kho_native_strscpy(char *to, const char *from, size_t size)
{
	size_t length;

	if (size == 0)
		return -E2BIG;
	length = strnlen(from, size);
	if (length == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(to, from, length + 1);
	return length;
}

void memzero_explicit(void *to, size_t count)
{
	memset(to, 0, count);
}

void *memchr_inv(const void *from, int value, size_t count)
{
	const u8 *bytes = from;

	for (size_t i = 0; i < count; i++)
		if (bytes[i] != (u8)value)
			return (void *)(bytes + i);
	return NULL;
}

char *skip_spaces(const char *text)
{
	while (isspace(*text))
		text++;
	return (char *)text;
}

char *strim(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && isspace(text[length - 1]))
		text[--length] = '\0';
	return skip_spaces(text);
}

char *strreplace(char *text, char old, char replacement)
{
	for (char *at = text; *at; at++)
		if (*at == old)
			*at = replacement;
	return text;
}

/* Equal but for a newline at the end of either. */
bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return true;
	if (!*a && *b == '\n' && !b[1])
		return true;
	return *a == '\n' && !a[1] && !*b;
}

int match_string(const char *const *strings, size_t count, const char *text)
{
	for (size_t i = 0; i < count && strings[i]; i++)
		if (strcmp(strings[i], text) == 0)
			return i;
	return -EINVAL;
}

char *kstrndup(const char *text, size_t max, gfp_t flags)
{
	size_t length;
	char *copy;

	if (!text)
		return NULL;
	length = strnlen(text, max);
	copy = kmalloc(length + 1, flags);
	if (copy) {
		memcpy(copy, text, length);
		copy[length] = '\0';
	}
	return copy;
}

char *kstrdup(const char *text, gfp_t flags)
{
	return text ? kstrndup(text, strlen(text), flags) : NULL;
}

const char *kstrdup_const(const char *text, gfp_t flags)
{
	return kstrdup(text, flags);
}

void kfree_const(const void *pointer)
{
	kfree(pointer);
}

static unsigned int digit(char c)
{
	if (isdigit(c))
		return c - '0';
	return isalpha(c) ? tolower(c) - 'a' + 10 : UINT_MAX;
}

/* Reads a number and says whether it was too large; `end` is where it ends. */
static bool read_number(const char *s, unsigned int base, const char **end,
			unsigned long long *result)
{
	bool is_hex = s[0] == '0' && tolower(s[1]) == 'x' && digit(s[2]) < 16;
	bool is_large = false;

	if (base == 0)
		base = is_hex ? 16 : s[0] == '0' ? 8 : 10;
	if (base == 16 && is_hex)
		s += 2;
	for (*result = 0; digit(*s) < base; s++)
		if (__builtin_mul_overflow(*result, (unsigned long long)base, result) ||
		    __builtin_add_overflow(*result, (unsigned long long)digit(*s), result))
			is_large = true;
	*end = s;
	return is_large;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *result)
{
	unsigned long long value;
	const char *end;

	if (*s == '+')
		s++;
	bool is_large = read_number(s, base, &end, &value);

	if (end == s || (*end && !(*end == '\n' && !end[1])))
		return -EINVAL;
	if (is_large)
		return -ERANGE;
	*result = value;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *result)
{
	bool is_negative = *s == '-';
	unsigned long long value;
	int err = kstrtoull(is_negative ? s + 1 : s, base, &value);

	if (err)
		return err;
	if (value > (unsigned long long)LLONG_MAX + is_negative)
		return -ERANGE;
	*result = is_negative ? -value : value;
	return 0;
}

/* The narrower ones: the same, and a number that does not fit is out of range. */
#define KSTRTO(name, type, wide, read)                                          \
	int name(const char *s, unsigned int base, type *result)                \
	{                                                                       \
		wide value;                                                     \
		int err = read(s, base, &value);                                \
										\
		if (err)                                                        \
			return err;                                             \
		if (value != (wide)(type)value)                                 \
			return -ERANGE;                                         \
		*result = (type)value;                                          \
		return 0;                                                       \
	}

KSTRTO(kstrtoul, unsigned long, unsigned long long, kstrtoull)
KSTRTO(kstrtol, long, long long, kstrtoll)
KSTRTO(kstrtouint, unsigned int, unsigned long long, kstrtoull)
KSTRTO(kstrtoint, int, long long, kstrtoll)
KSTRTO(kstrtou64, u64, unsigned long long, kstrtoull)
KSTRTO(kstrtou32, u32, unsigned long long, kstrtoull)
KSTRTO(kstrtou16, u16, unsigned long long, kstrtoull)
KSTRTO(kstrtou8, u8, unsigned long long, kstrtoull)

int kstrtobool(const char *s, bool *result)
{
	switch (s ? tolower(s[0]) : 0) {
	case 'y':
	case 't':
	case '1':
		*result = true;
		return 0;
	case 'n':
	case 'f':
	case '0':
		*result = false;
		return 0;
	case 'o':
		*result = tolower(s[1]) == 'n';
		return tolower(s[1]) == 'n' || tolower(s[1]) == 'f' ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

/* What user space gave, as a text of its own. */
static void copy_text(char *to, const char *s, size_t count)
{
	size_t length = count < MAX_NUMBER_TEXT - 1 ? count : MAX_NUMBER_TEXT - 1;

	memcpy(to, s, length);
	to[length] = '\0';
}

int kstrtoul_from_user(const char __user *s, size_t count, unsigned int base,
		       unsigned long *result)
{
	char text[MAX_NUMBER_TEXT];

	copy_text(text, s, count);
	return kstrtoul(text, base, result);
}

int kstrtobool_from_user(const char __user *s, size_t count, bool *result)
{
	char text[MAX_NUMBER_TEXT];

	copy_text(text, s, count);
	return kstrtobool(text, result);
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	unsigned long long value;
	const char *after;

	read_number(s, base, &after, &value);
	if (end)
		*end = (char *)after;
	return value;
}

unsigned long simple_strtoul(const char *s, char **end, unsigned int base)
{
	return simple_strtoull(s, end, base);
}

unsigned long long memparse(const char *s, char **end)
{
	static const char SUFFIXES[] = "KMGTPE";
	char *after;
	unsigned long long value = simple_strtoull(s, &after, 0);
	const char *suffix = *after ? strchr(SUFFIXES, toupper(*after)) : NULL;

	if (suffix) {
		value <<= 10 * (suffix - SUFFIXES + 1);
		after++;
	}
	if (end)
		*end = after;
	return value;
}

char *kmemdup_nul(const char *text, size_t length, gfp_t flags)
{
	char *copy = kmalloc(length + 1, flags);

	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *kstrdup_quotable(const char *text, gfp_t flags)
{
	char *copy = text ? kmalloc(4 * strlen(text) + 1, flags) : NULL;
	int n = 0;

	for (; copy && *text; text++)
		if (!isprint((unsigned char)*text) || *text == '"' || *text == '\\')
			n += sprintf(copy + n, "\\x%02x", (unsigned char)*text);
		else
			copy[n++] = *text;
	if (copy)
		copy[n] = '\0';
	return copy;
}

char *string_upper(char *to, const char *from)
{
	size_t i = 0;

	do
		to[i] = (char)toupper((unsigned char)from[i]);
	while (from[i++]);
	return to;
}

char *string_lower(char *to, const char *from)
{
	size_t i = 0;

	do
		to[i] = (char)tolower((unsigned char)from[i]);
	while (from[i++]);
	return to;
}

int __sysfs_match_string(const char *const *strings, size_t count, const char *text)
{
	for (size_t i = 0; i < count && strings[i]; i++)
		if (sysfs_streq(strings[i], text))
			return (int)i;
	return -EINVAL;
}
