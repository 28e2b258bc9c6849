/* Parameters, which a scenario may set. Each is an entry of the section kho_parameters. */
#pragma once

#include <linux/init.h>
#include <linux/types.h>

enum kho_parameter_type {
	KHO_PARAMETER_bool,
	KHO_PARAMETER_int,
	KHO_PARAMETER_uint,
	KHO_PARAMETER_long,
	KHO_PARAMETER_ulong,
	KHO_PARAMETER_ullong,
	KHO_PARAMETER_short,
	KHO_PARAMETER_ushort,
	KHO_PARAMETER_byte,
	KHO_PARAMETER_charp,
};

struct kho_parameter {
	const char *modname;
	const char *name;
	void *value;
	size_t size;
	enum kho_parameter_type type;
	umode_t mode;
};

#define module_param_named(title, variable, kind, perm)                         \
	KHO_SECTION_ENTRY("kho_parameters") struct kho_parameter                \
		__PASTE(__kho_parameter_, title) = {                            \
			.modname = KBUILD_MODNAME, .name = #title,              \
			.value = &(variable), .size = sizeof(variable),         \
			.type = KHO_PARAMETER_##kind, .mode = (perm),           \
		}
#define module_param(variable, kind, perm) module_param_named(variable, variable, kind, perm)
#define MODULE_PARM_DESC(parameter, text) MODULE_INFO(parm, text)

#define MODULE_INFO(tag, text) _Static_assert(sizeof(text) > 0, "")
