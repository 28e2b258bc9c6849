#pragma once

#include <linux/compiler_types.h>

#undef NULL
#define NULL ((void *)0)

enum {
	false = 0,
	true = 1,
};

#undef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof((((type *)0)->member))
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))

/* An array at the end of a struct that is an array only, or in a union. */
#define DECLARE_FLEX_ARRAY(type, name) \
	struct {                       \
		struct {               \
		} __empty_##name;      \
		type name[];           \
	}
#define struct_group(name, members...)   \
	union {                          \
		struct {                 \
			members          \
		};                       \
		struct {                 \
			members          \
		} name;                  \
	}
