#pragma once

#include <linux/types.h>

#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define DIV_ROUND_UP_ULL(n, d) (((unsigned long long)(n) + (d)-1) / (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_CLOSEST(x, divisor) (((x) + ((divisor) / 2)) / (divisor))
#define roundup(x, y)                                    \
	({                                               \
		typeof(y) __step = (y);                  \
		(((x) + (__step - 1)) / __step) * __step; \
	})
#define rounddown(x, y)                                  \
	({                                               \
		typeof(x) __value = (x);                 \
		__value - (__value % (y));               \
	})
/* `y` is a power of two. */
#define round_up(x, y) ((((x)-1) | ((typeof(x))((y)-1))) + 1)
#define round_down(x, y) ((x) & ~((typeof(x))((y)-1)))
#define abs(x)                                           \
	({                                               \
		typeof(x) __signed = (x);                \
		__signed < 0 ? -__signed : __signed;     \
	})
#define abs_diff(a, b)                                   \
	({                                               \
		__auto_type __a = (a);                   \
		__auto_type __b = (b);                   \
		__a > __b ? __a - __b : __b - __a;       \
	})
#define mult_frac(x, n, d) ((x) / (d) * (n) + (x) % (d) * (n) / (d))

static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1UL << 62; bit; bit >>= 2) {
		if (x >= root + bit) {
			x -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return root;
}
