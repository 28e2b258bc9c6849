#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *result);
int __must_check kstrtoll(const char *s, unsigned int base, long long *result);
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *result);
int __must_check kstrtol(const char *s, unsigned int base, long *result);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *result);
int __must_check kstrtoint(const char *s, unsigned int base, int *result);
int __must_check kstrtou64(const char *s, unsigned int base, u64 *result);
int __must_check kstrtou32(const char *s, unsigned int base, u32 *result);
int __must_check kstrtou16(const char *s, unsigned int base, u16 *result);
int __must_check kstrtou8(const char *s, unsigned int base, u8 *result);
int __must_check kstrtobool(const char *s, bool *result);
int __must_check kstrtoul_from_user(const char __user *s, size_t count, unsigned int base,
				    unsigned long *result);
int __must_check kstrtobool_from_user(const char __user *s, size_t count, bool *result);
unsigned long simple_strtoul(const char *s, char **end, unsigned int base);
unsigned long long simple_strtoull(const char *s, char **end, unsigned int base);
unsigned long long memparse(const char *s, char **end);
