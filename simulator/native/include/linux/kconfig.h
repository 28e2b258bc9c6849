/* The configuration that drivers are compiled for: everything about handovers is built in. */
#pragma once

#define CONFIG_64BIT 1
#define CONFIG_MMU 1
#define CONFIG_SMP 1
#define CONFIG_NUMA 1
#define CONFIG_PRINTK 1
#define CONFIG_MODULES 1
#define CONFIG_SYSFS 1
#define CONFIG_DEBUG_FS 1
#define CONFIG_KEXEC_CORE 1
#define CONFIG_KEXEC_FILE 1
/* The patch series before 6.16 call the option CONFIG_KEXEC_KHO. */
#define CONFIG_KEXEC_KHO 1
#define CONFIG_KEXEC_HANDOVER 1
#define CONFIG_KEXEC_HANDOVER_DEBUGFS 1
#define CONFIG_MEMBLOCK_KHO_SCRATCH 1
#define CONFIG_LIVEUPDATE 1
#define CONFIG_LIVEUPDATE_MEMFD 1
#define CONFIG_LIVEUPDATE_TEST 1
#define CONFIG_HZ 1000

/* 1 if the option is defined to 1, else 0: also where it is not defined at all. */
#define KHO_SECOND_ARG(ignored, second, ...) second
#define KHO_COMMA_IF_1 0,
#define KHO_IS_1(comma_or_junk) KHO_SECOND_ARG(comma_or_junk 1, 0, 0)
#define KHO_PASTE_IF(value) KHO_IS_1(KHO_COMMA_IF_##value)
#define KHO_OPTION(value) KHO_PASTE_IF(value)

#define IS_BUILTIN(option) KHO_OPTION(option)
#define IS_MODULE(option) KHO_OPTION(option##_MODULE)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
#define IS_REACHABLE(option) IS_BUILTIN(option)
