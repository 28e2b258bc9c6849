/*
 * What the compiler's sanitizers find, told to the engine at the line; KHO_ASAN and KHO_UBSAN say
 * which of them drivers are compiled with. Memory of kmalloc() is marked for the first: behind an
 * object, and all of one that was freed, nothing may be touched.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "native.h"

enum { REDZONE_BYTES = 32, MAX_REPORT = 512 };

#if defined(KHO_ASAN) || defined(KHO_UBSAN)
/* The report itself is for terminals. */
void kho_native_start_sanitizers(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDERR_FILENO);
}
#else
void kho_native_start_sanitizers(void)
{
}
#endif

#ifdef KHO_ASAN
void __asan_poison_memory_region(const volatile void *address, size_t size);
void __asan_unpoison_memory_region(const volatile void *address, size_t size);
const char *__asan_get_report_description(void);
int __asan_get_report_access_type(void);
void *__asan_get_report_address(void);
size_t __asan_get_report_access_size(void);
const char *__asan_default_options(void);
void __asan_on_error(void);

/* Faults are how pages are asked for, and leaks end with the kernel. */
const char *__asan_default_options(void)
{
	return "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:handle_sigill=0:"
	       "halt_on_error=0:detect_leaks=0:detect_stack_use_after_return=0:"
	       "use_sigaltstack=0:allocator_may_return_null=1:symbolize=0";
}

void __asan_on_error(void)
{
	const char *what = __asan_get_report_description();
	char text[MAX_REPORT];

	/* Whoever marks memory by himself is told this. */
	if (strcmp(what, "use-after-poison") == 0)
		what = "memory behind an object of kmalloc(), or of one that was freed";
	snprintf(text, sizeof(text), "AddressSanitizer: %s, %zu bytes %s", what,
		 __asan_get_report_access_size(),
		 __asan_get_report_access_type() ? "written" : "read");
	kho_native_call("sanitizerReport", "sp", text, (unsigned long)__asan_get_report_address());
}

bool kho_native_is_poisoning(void)
{
	return true;
}

unsigned long kho_native_redzone(void)
{
	return REDZONE_BYTES;
}

void kho_native_poison(const void *address, unsigned long size)
{
	__asan_poison_memory_region(address, size);
}

void kho_native_unpoison(const void *address, unsigned long size)
{
	__asan_unpoison_memory_region(address, size);
}
#else
bool kho_native_is_poisoning(void)
{
	return false;
}

unsigned long kho_native_redzone(void)
{
	return 0;
}

void kho_native_poison(const void *address, unsigned long size)
{
}

void kho_native_unpoison(const void *address, unsigned long size)
{
}
#endif

#ifdef KHO_UBSAN
void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file,
				     unsigned int *line, unsigned int *column, char **address);
void __ubsan_on_report(void);

void __ubsan_on_report(void)
{
	const char *kind, *message, *file;
	unsigned int line, column;
	char *address, text[MAX_REPORT];

	__ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
	snprintf(text, sizeof(text), "UndefinedBehaviorSanitizer: %s (%s)", message, kind);
	kho_native_call("sanitizerReport", "sp", text, 0UL);
}
#endif
