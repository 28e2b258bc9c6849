#pragma once

#include <linux/build_bug.h>
#include <linux/stddef.h>

#define container_of(pointer, type, member)                                        \
	({                                                                         \
		void *__member = (void *)(pointer);                                \
		_Static_assert(__same_type(*(pointer), ((type *)0)->member) ||     \
				       __same_type(*(pointer), void),              \
			       "container_of: not a pointer to that member");      \
		((type *)(__member - offsetof(type, member)));                     \
	})
#define container_of_const(pointer, type, member) container_of(pointer, type, member)
#define typeof_member(type, member) typeof(((type *)0)->member)
