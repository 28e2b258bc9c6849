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
	KHO_PARAMETER_hexint = KHO_PARAMETER_uint,
	KHO_PARAMETER_string = KHO_PARAMETER_charp + 1,
	KHO_PARAMETER_ops,
};

struct kernel_param;

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *value, const struct kernel_param *parameter);
	int (*get)(char *buffer, const struct kernel_param *parameter);
	void (*free)(void *argument);
};

struct kernel_param {
	const char *name;
	void *arg;
};

#define KERNEL_PARAM_OPS_FL_NOARG 1

struct kho_parameter {
	const char *modname;
	const char *name;
	void *value;
	size_t size;
	enum kho_parameter_type type;
	umode_t mode;
	/* Of an array: how many it has, and where to say how many were given. */
	size_t count;
	unsigned int *given;
	const struct kernel_param_ops *ops;
};

#define module_param_named(title, variable, kind, perm)                         \
	KHO_SECTION_ENTRY("kho_parameters") struct kho_parameter                \
		__PASTE(__kho_parameter_, title) = {                            \
			.modname = KBUILD_MODNAME, .name = #title,              \
			.value = &(variable), .size = sizeof(variable),         \
			.type = KHO_PARAMETER_##kind, .mode = (perm),           \
		}
#define module_param_array_named(title, array, kind, number, perm)              \
	KHO_SECTION_ENTRY("kho_parameters") struct kho_parameter                \
		__PASTE(__kho_parameter_, title) = {                            \
			.modname = KBUILD_MODNAME, .name = #title,              \
			.value = (array), .size = sizeof((array)[0]),           \
			.type = KHO_PARAMETER_##kind, .mode = (perm),           \
			.count = sizeof(array) / sizeof((array)[0]), .given = (number), \
		}
#define module_param_array(array, kind, number, perm) \
	module_param_array_named(array, array, kind, number, perm)
#define module_param_string(title, text, length, perm)                          \
	KHO_SECTION_ENTRY("kho_parameters") struct kho_parameter                \
		__PASTE(__kho_parameter_, title) = {                            \
			.modname = KBUILD_MODNAME, .name = #title,              \
			.value = (text), .size = (length),                      \
			.type = KHO_PARAMETER_string, .mode = (perm),           \
		}
#define module_param_cb(title, operations, argument, perm)                      \
	KHO_SECTION_ENTRY("kho_parameters") struct kho_parameter                \
		__PASTE(__kho_parameter_, title) = {                            \
			.modname = KBUILD_MODNAME, .name = #title,              \
			.value = (argument), .type = KHO_PARAMETER_ops,         \
			.mode = (perm), .ops = (operations),                    \
		}
#define module_param(variable, kind, perm) module_param_named(variable, variable, kind, perm)
#define MODULE_PARM_DESC(parameter, text) MODULE_INFO(parm, text)

#define MODULE_INFO(tag, text) _Static_assert(sizeof(text) > 0, "")
