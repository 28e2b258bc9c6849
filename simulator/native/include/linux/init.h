/*
 * Initcalls. Each is an entry of the section kho_initcalls, which the runtime sorts by level and,
 * within a level, leaves in the order of the link, as a kernel does.
 */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __ro_after_init
#define __meminit
#define __meminitdata
#define __ref
#define __refdata
#define __latent_entropy

struct module;

/* Drivers are built in, so that none goes away. */
#define THIS_MODULE ((struct module *)0)

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/* The levels of a kernel in the order in which they are called. */
enum kho_initcall_level {
	KHO_INITCALL_EARLY,
	KHO_INITCALL_PURE,
	KHO_INITCALL_CORE,
	KHO_INITCALL_CORE_SYNC,
	KHO_INITCALL_POSTCORE,
	KHO_INITCALL_POSTCORE_SYNC,
	KHO_INITCALL_ARCH,
	KHO_INITCALL_ARCH_SYNC,
	KHO_INITCALL_SUBSYS,
	KHO_INITCALL_SUBSYS_SYNC,
	KHO_INITCALL_FS,
	KHO_INITCALL_FS_SYNC,
	KHO_INITCALL_ROOTFS,
	KHO_INITCALL_DEVICE,
	KHO_INITCALL_DEVICE_SYNC,
	KHO_INITCALL_LATE,
	KHO_INITCALL_LATE_SYNC,
};

struct kho_initcall {
	initcall_t call;
	const char *name;
	const char *modname;
	const char *file;
	int line;
	enum kho_initcall_level level;
};

struct kho_exitcall {
	exitcall_t call;
	const char *name;
	const char *modname;
};

/* A boot parameter that a driver parses itself. */
struct kho_boot_parameter {
	const char *name;
	int (*setup)(char *value);
	bool is_early;
};

#define KHO_SECTION_ENTRY(section) \
	static const __used __section(section) __aligned(sizeof(void *))
#define KHO_INITCALL(function, at)                                              \
	KHO_SECTION_ENTRY("kho_initcalls") struct kho_initcall                  \
		__PASTE(__kho_initcall_, function) = {                          \
			.call = (function), .name = #function,                  \
			.modname = KBUILD_MODNAME, .file = __FILE__,            \
			.line = __LINE__, .level = (at),                        \
		}
#define KHO_BOOT_PARAMETER(text, function, early)                               \
	KHO_SECTION_ENTRY("kho_boot_parameters") struct kho_boot_parameter      \
		__PASTE(__kho_parameter_, function) = {                         \
			.name = (text), .setup = (function), .is_early = (early), \
		}

#define early_initcall(function) KHO_INITCALL(function, KHO_INITCALL_EARLY)
#define pure_initcall(function) KHO_INITCALL(function, KHO_INITCALL_PURE)
#define core_initcall(function) KHO_INITCALL(function, KHO_INITCALL_CORE)
#define core_initcall_sync(function) KHO_INITCALL(function, KHO_INITCALL_CORE_SYNC)
#define postcore_initcall(function) KHO_INITCALL(function, KHO_INITCALL_POSTCORE)
#define postcore_initcall_sync(function) KHO_INITCALL(function, KHO_INITCALL_POSTCORE_SYNC)
#define arch_initcall(function) KHO_INITCALL(function, KHO_INITCALL_ARCH)
#define arch_initcall_sync(function) KHO_INITCALL(function, KHO_INITCALL_ARCH_SYNC)
#define subsys_initcall(function) KHO_INITCALL(function, KHO_INITCALL_SUBSYS)
#define subsys_initcall_sync(function) KHO_INITCALL(function, KHO_INITCALL_SUBSYS_SYNC)
#define fs_initcall(function) KHO_INITCALL(function, KHO_INITCALL_FS)
#define fs_initcall_sync(function) KHO_INITCALL(function, KHO_INITCALL_FS_SYNC)
#define rootfs_initcall(function) KHO_INITCALL(function, KHO_INITCALL_ROOTFS)
#define device_initcall(function) KHO_INITCALL(function, KHO_INITCALL_DEVICE)
#define device_initcall_sync(function) KHO_INITCALL(function, KHO_INITCALL_DEVICE_SYNC)
#define late_initcall(function) KHO_INITCALL(function, KHO_INITCALL_LATE)
#define late_initcall_sync(function) KHO_INITCALL(function, KHO_INITCALL_LATE_SYNC)
#define __initcall(function) device_initcall(function)

#define __setup(text, function) KHO_BOOT_PARAMETER(text, function, false)
#define early_param(text, function) KHO_BOOT_PARAMETER(text, function, true)

#define __exitcall(function)                                                    \
	KHO_SECTION_ENTRY("kho_exitcalls") struct kho_exitcall                  \
		__PASTE(__kho_exitcall_, function) = {                          \
			.call = (function), .name = #function,                  \
			.modname = KBUILD_MODNAME,                              \
		}
