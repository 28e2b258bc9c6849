/* Each argument is looked at once. */
#pragma once

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/const.h>
#include <linux/types.h>

#define KHO_PICK(op, a, b, x, y)                   \
	({                                         \
		__auto_type x = (a);               \
		__auto_type y = (b);               \
		x op y ? x : y;                    \
	})
#define KHO_PICK_T(op, type, a, b, x, y)           \
	({                                         \
		type x = (type)(a);                \
		type y = (type)(b);                \
		x op y ? x : y;                    \
	})

#define min(a, b) KHO_PICK(<, a, b, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define max(a, b) KHO_PICK(>, a, b, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define min_t(type, a, b) KHO_PICK_T(<, type, a, b, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define max_t(type, a, b) KHO_PICK_T(>, type, a, b, __UNIQUE_ID(x_), __UNIQUE_ID(y_))
#define umin(a, b) min_t(unsigned long long, a, b)
#define umax(a, b) max_t(unsigned long long, a, b)
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
#define min_not_zero(a, b)                         \
	({                                         \
		__auto_type __a = (a);             \
		__auto_type __b = (b);             \
		__a == 0 ? __b : (__b == 0 ? __a : min(__a, __b)); \
	})
#define clamp(value, low, high) min(max(value, low), high)
#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)
#define clamp_val(value, low, high) clamp_t(typeof(value), value, low, high)
#define in_range(value, start, length)             \
	({                                         \
		__auto_type __start = (start);     \
		(value) - __start < (length);      \
	})

/* Constants, for array sizes and the like. */
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN_T(type, a, b) MIN((type)(a), (type)(b))
#define MAX_T(type, a, b) MAX((type)(a), (type)(b))

#define swap(a, b)                         \
	do {                               \
		typeof(a) __tmp = (a);     \
		(a) = (b);                 \
		(b) = __tmp;               \
	} while (0)
