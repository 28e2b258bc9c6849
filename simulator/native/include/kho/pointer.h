/* A pointer that is an address of physical memory while it is handed over. */
#pragma once

#include <linux/typecheck.h>
#include <linux/types.h>

#define DECLARE_KHOSER_PTR(name, type) \
	union {                        \
		u64 phys;              \
		type ptr;              \
	} name

#define KHOSER_STORE_PTR(dest, val)                              \
	({                                                       \
		typeof(val) __pointer = (val);                   \
		typecheck(typeof((dest).ptr), __pointer);        \
		(dest).phys = virt_to_phys(__pointer);           \
	})

#define KHOSER_LOAD_PTR(src)                                     \
	({                                                       \
		typeof(src) __stored = (src);                    \
		(typeof(__stored.ptr))(__stored.phys ? phys_to_virt(__stored.phys) : NULL); \
	})
