/* A warning becomes a finding of the run; a bug ends the kernel. */
#pragma once

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/printk.h>
#include <linux/types.h>

/* format NULL: the condition speaks for itself. */
void kho_native_warn(const char *file, int line, const char *condition, const char *format, ...)
	__printf(4, 5);
__noreturn void kho_native_bug(const char *file, int line, const char *condition);

#define BUG() kho_native_bug(__FILE__, __LINE__, "BUG()")
#define BUG_ON(condition)                                                    \
	do {                                                                 \
		if (unlikely(condition))                                     \
			kho_native_bug(__FILE__, __LINE__, #condition);      \
	} while (0)

#define WARN(condition, format...)                                           \
	({                                                                   \
		bool __warned = !!(condition);                               \
		if (unlikely(__warned))                                      \
			kho_native_warn(__FILE__, __LINE__, #condition, format); \
		unlikely(__warned);                                          \
	})
#define WARN_ON(condition)                                                   \
	({                                                                   \
		bool __warned = !!(condition);                               \
		if (unlikely(__warned))                                      \
			kho_native_warn(__FILE__, __LINE__, #condition, NULL); \
		unlikely(__warned);                                          \
	})
#define WARN_ONCE(condition, format...)                                      \
	({                                                                   \
		static bool __said;                                          \
		bool __warned = !!(condition);                               \
		if (unlikely(__warned && !__said)) {                         \
			__said = true;                                       \
			kho_native_warn(__FILE__, __LINE__, #condition, format); \
		}                                                            \
		unlikely(__warned);                                          \
	})
#define WARN_ON_ONCE(condition)                                              \
	({                                                                   \
		static bool __said;                                          \
		bool __warned = !!(condition);                               \
		if (unlikely(__warned && !__said)) {                         \
			__said = true;                                       \
			kho_native_warn(__FILE__, __LINE__, #condition, NULL); \
		}                                                            \
		unlikely(__warned);                                          \
	})
#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_WARN_ON(condition) WARN_ON(condition)
#define VM_WARN_ON_ONCE(condition) WARN_ON_ONCE(condition)
