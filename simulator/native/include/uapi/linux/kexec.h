#pragma once

#include <kho/release.h>
#include <linux/types.h>

#define KEXEC_ON_CRASH 0x00000001
#define KEXEC_FILE_UNLOAD 0x00000001
#define KEXEC_FILE_ON_CRASH 0x00000002
#define KEXEC_FILE_NO_INITRAMFS 0x00000004
#define KEXEC_SEGMENT_MAX 16

#if KHO_LINUX == KHO_SEED
struct kho_mem {
	__u64 addr;
	__u64 len;
};
#endif
