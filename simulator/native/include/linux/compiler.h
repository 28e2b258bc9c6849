/* What a driver says to the compiler about single accesses and branches. */
#pragma once

#include <linux/compiler_types.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define barrier() __asm__ __volatile__("" : : : "memory")
#define barrier_data(pointer) __asm__ __volatile__("" : : "r"(pointer) : "memory")
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define unreachable() __builtin_unreachable()

#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value)                        \
	do {                                        \
		*(volatile typeof(x) *)&(x) = (value); \
	} while (0)
#define data_race(expr) (expr)

/* There is one CPU, and it sees its own writes in order. */
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define mb() barrier()
#define rmb() barrier()
#define wmb() barrier()
#define smp_load_acquire(pointer) READ_ONCE(*(pointer))
#define smp_store_release(pointer, value) WRITE_ONCE(*(pointer), value)
#define smp_store_mb(var, value) WRITE_ONCE(var, value)

#define __is_constexpr(x) \
	(sizeof(int) == sizeof(*(8 ? ((void *)((long)(x) * 0l)) : (int *)8)))
#define statically_true(x) (__builtin_constant_p(x) && (x))

#define RELOC_HIDE(pointer, offset) ((typeof(pointer))((unsigned long)(pointer) + (offset)))
