#pragma once

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/types.h>

void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);
void *memchr(const void *from, int value, size_t count);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t count);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t count);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t count);
char *strchr(const char *text, int c);
char *strrchr(const char *text, int c);
char *strstr(const char *text, const char *part);
char *strpbrk(const char *text, const char *accept);
char *strsep(char **text, const char *delimiters);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t count);
char *strcat(char *to, const char *from);
size_t strspn(const char *text, const char *accept);
size_t strcspn(const char *text, const char *reject);

/* Functions of the kernel that no C library has, or has differently. */
ssize_t kho_native_strscpy(char *to, const char *from, size_t size);
void memzero_explicit(void *to, size_t count);
void *memchr_inv(const void *from, int value, size_t count);
char *strim(char *text);
char *skip_spaces(const char *text);
char *strreplace(char *text, char old, char replacement);
bool sysfs_streq(const char *a, const char *b);
int match_string(const char *const *strings, size_t count, const char *text);
char *kstrdup(const char *text, gfp_t flags);
char *kstrndup(const char *text, size_t max, gfp_t flags);
const char *kstrdup_const(const char *text, gfp_t flags);
void kfree_const(const void *pointer);
char *kmemdup_nul(const char *text, size_t length, gfp_t flags);
int __sysfs_match_string(const char *const *strings, size_t count, const char *text);
#define sysfs_match_string(strings, text) \
	__sysfs_match_string(strings, ARRAY_SIZE(strings), text)
#define strstrip(text) strim(text)
#define strndup_user(from, count) ((char *)memdup_user_nul(from, count))
void *memdup_user(const void __user *from, size_t count);
void *memdup_user_nul(const void __user *from, size_t count);

/* The size may be left out for an array. */
#define KHO_STRSCPY_ARRAY(to, from) \
	kho_native_strscpy(to, from, sizeof(to) + __must_be_array(to))
#define KHO_STRSCPY_SIZE(to, from, size) kho_native_strscpy(to, from, size)
#define KHO_FOURTH(a, b, c, name, ...) name
#define strscpy(to, ...) \
	KHO_FOURTH(to, __VA_ARGS__, KHO_STRSCPY_SIZE, KHO_STRSCPY_ARRAY, 0)(to, __VA_ARGS__)
#define strscpy_pad(to, ...)                         \
	({                                           \
		memset(to, 0, sizeof(to));           \
		strscpy(to, __VA_ARGS__);            \
	})
#define strtomem_pad(to, from, pad)                                             \
	do {                                                                    \
		size_t __length = strnlen(from, ARRAY_SIZE(to));                \
										\
		memcpy(to, from, __length);                                     \
		memset((to) + __length, pad, ARRAY_SIZE(to) - __length);        \
	} while (0)

static inline void memcpy_and_pad(void *to, size_t size, const void *from, size_t count, int pad)
{
	size_t copied = count < size ? count : size;

	memcpy(to, from, copied);
	memset((char *)to + copied, pad, size - copied);
}

#define strstarts(text, prefix) (strncmp(text, prefix, strlen(prefix)) == 0)
#define str_has_prefix(text, prefix) \
	(strncmp(text, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0)

static inline const char *kbasename(const char *path)
{
	const char *tail = strrchr(path, '/');

	return tail ? tail + 1 : path;
}
