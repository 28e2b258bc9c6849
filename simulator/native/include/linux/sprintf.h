/*
 * Formats are the kernel's (%pe, %pa, %pU, %*ph), which the C library of the process does not know:
 * its functions of the same names are not the ones that are linked.
 */
#pragma once

#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/types.h>

int snprintf(char *buf, size_t size, const char *fmt, ...) __asm__("kho_native_snprintf")
	__printf(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
	__asm__("kho_native_vsnprintf") __printf(3, 0);
int sprintf(char *buf, const char *fmt, ...) __asm__("kho_native_sprintf") __printf(2, 3);
int sscanf(const char *buf, const char *fmt, ...) __asm__("kho_native_sscanf") __scanf(2, 3);

/* The number of characters written, never more than fit. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
char *kasprintf(gfp_t flags, const char *fmt, ...) __printf(2, 3);
char *kvasprintf(gfp_t flags, const char *fmt, va_list args) __printf(2, 0);
