#pragma once

#include <linux/compiler_types.h>

/* Warns, and is 1, if the types differ: pointers to them are compared. */
#define typecheck(type, x)                      \
	({                                      \
		type __expected;                \
		typeof(x) __given;              \
		(void)(&__expected == &__given); \
		1;                              \
	})
#define typecheck_fn(type, function)            \
	({                                      \
		typeof(type) __expected = function; \
		(void)__expected;               \
	})
