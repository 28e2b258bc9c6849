/* The log, and the ways in which a kernel says that something is wrong. */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "native.h"

#define MAX_LINE 1024

/* Who says it depends on the level, which is two characters before the text. */
static const char *call_of(const char **text)
{
	char level = '6';

	if ((*text)[0] == KERN_SOH[0] && (*text)[1]) {
		level = (*text)[1];
		*text += 2;
	}
	return level <= '3' ? "prErr" : level == '4' ? "prWarn" : "prInfo";
}

int vprintk(const char *fmt, va_list args)
{
	char line[MAX_LINE];
	const char *text = line;
	int length = vscnprintf(line, sizeof(line), fmt, args);
	const char *call = call_of(&text);

	if (length > 0 && line[length - 1] == '\n')
		line[length - 1] = '\0';
	kho_native_call(call, "s", text);
	return length;
}

int _printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vprintk(fmt, args);
	va_end(args);
	return length;
}

void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
	char text[MAX_LINE];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	_printk("%s%s: %s", level, dev_name(dev), text);
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	const u8 *bytes = buf;
	size_t row = rowsize == 32 ? 32 : 16;

	for (size_t at = 0; at < len; at += row) {
		size_t count = min(row, len - at);
		char line[MAX_LINE];
		size_t n = 0;

		if (prefix_type == DUMP_PREFIX_OFFSET)
			n = scnprintf(line, sizeof(line), "%08zx: ", at);
		else
			line[0] = '\0';
		for (size_t i = 0; i < count; i++)
			n += scnprintf(line + n, sizeof(line) - n, "%02x%s", bytes[at + i],
				       (int)(i + 1) % groupsize == 0 ? " " : "");
		for (size_t i = 0; ascii && i < count; i++) {
			char c = bytes[at + i] >= 32 && bytes[at + i] < 127 ? bytes[at + i] : '.';

			n += scnprintf(line + n, sizeof(line) - n, "%s%c", i == 0 ? " " : "", c);
		}
		_printk("%s%s%s", level, prefix, line);
	}
}

void dump_stack(void)
{
	_printk("Call Trace:");
}

void panic(const char *fmt, ...)
{
	char text[MAX_LINE];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	_printk(KERN_EMERG "Kernel panic - not syncing: %s", text);
	kho_native_oops("panic: %s", text);
}

/* The engine makes a finding of it. */
void kho_native_warn(const char *file, int line, const char *condition, const char *format, ...)
{
	char text[MAX_LINE];
	va_list args;

	strscpy(text, condition);
	if (format) {
		va_start(args, format);
		int length = vscnprintf(text, sizeof(text), format, args);
		va_end(args);
		if (length > 0 && text[length - 1] == '\n')
			text[length - 1] = '\0';
	}
	kho_native_call("warn", "s", text);
}

void kho_native_bug(const char *file, int line, const char *condition)
{
	_printk(KERN_CRIT "kernel BUG at %s:%d!", kbasename(file), line);
	kho_native_oops("BUG: %s", condition);
}
