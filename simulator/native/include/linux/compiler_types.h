/* Attributes, as the kernel calls them. */
#pragma once

#include <linux/kconfig.h>

#ifndef __KERNEL__
#define __KERNEL__ 1
#endif

/* The build says what a module is called; what is only looked at is called after its file. */
#ifndef KBUILD_MODNAME
#ifdef __FILE_NAME__
#define KBUILD_MODNAME __FILE_NAME__
#else
#define KBUILD_MODNAME __FILE__
#endif
#endif

#define __always_inline inline __attribute__((__always_inline__))
#define noinline __attribute__((__noinline__))
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#define __used __attribute__((__used__))
#define __weak __attribute__((__weak__))
#define __packed __attribute__((__packed__))
#define __aligned(bytes) __attribute__((__aligned__(bytes)))
#define __aligned_largest __attribute__((__aligned__))
#define __must_check __attribute__((__warn_unused_result__))
#define __printf(fmt, args) __attribute__((__format__(printf, fmt, args)))
#define __scanf(fmt, args) __attribute__((__format__(scanf, fmt, args)))
#define __section(name) __attribute__((__section__(name)))
#define __noreturn __attribute__((__noreturn__))
#define __cold __attribute__((__cold__))
#define __pure __attribute__((__pure__))
#define __attribute_const__ __attribute__((__const__))
#define __malloc __attribute__((__malloc__))
#define __alloc_size(...) __attribute__((__alloc_size__(__VA_ARGS__)))
#define __realloc_size(...) __alloc_size(__VA_ARGS__)
/* Also unused: clang does not count what is done at the end of the scope. */
#define __cleanup(function) __maybe_unused __attribute__((__cleanup__(function)))
#define __alias(symbol) __attribute__((__alias__(#symbol)))
#define __visible __attribute__((__externally_visible__))
#define __counted_by(member)
#define __nonstring
#define fallthrough __attribute__((__fallthrough__))

/* For sparse; a compiler has no use for them. */
#define __user
#define __iomem
#define __percpu
#define __rcu
#define __kernel
#define __force
#define __nocast
#define __safe
#define __private
#define __bitwise
#define __must_hold(lock)
#define __acquires(lock)
#define __releases(lock)
#define __acquire(lock) ((void)0)
#define __release(lock) ((void)0)
#define ACCESS_PRIVATE(pointer, member) ((pointer)->member)

#define asm_inline asm

#define __PASTE_NOW(a, b) a##b
#define __PASTE(a, b) __PASTE_NOW(a, b)
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
