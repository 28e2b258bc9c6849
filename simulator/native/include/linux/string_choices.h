#pragma once

#include <linux/types.h>

#define KHO_CHOICE(name, yes, no)                       \
	static inline const char *name(bool value)      \
	{                                               \
		return value ? yes : no;                \
	}

KHO_CHOICE(str_yes_no, "yes", "no")
KHO_CHOICE(str_on_off, "on", "off")
KHO_CHOICE(str_true_false, "true", "false")
KHO_CHOICE(str_enable_disable, "enable", "disable")
KHO_CHOICE(str_enabled_disabled, "enabled", "disabled")
KHO_CHOICE(str_read_write, "read", "write")

static inline const char *str_plural(size_t count)
{
	return count == 1 ? "" : "s";
}
