/* User memory is what a scenario hands to a file; the copy functions know its bounds. */
#pragma once

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long __must_check clear_user(void __user *to, unsigned long n);
long strncpy_from_user(char *to, const char __user *from, long count);
int __must_check copy_struct_from_user(void *to, size_t ksize, const void __user *from,
				       size_t usize);
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available);
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos,
			       const void __user *from, size_t count);

#define get_user(x, pointer)                                               \
	({                                                                 \
		typeof(*(pointer)) __value = 0;                            \
		int __failed = copy_from_user(&__value, pointer, sizeof(__value)) != 0; \
		(x) = (typeof(x))__value;                                  \
		__failed ? -EFAULT : 0;                                    \
	})
#define put_user(x, pointer)                                               \
	({                                                                 \
		typeof(*(pointer)) __value = (typeof(*(pointer)))(x);      \
		copy_to_user(pointer, &__value, sizeof(__value)) ? -EFAULT : 0; \
	})
