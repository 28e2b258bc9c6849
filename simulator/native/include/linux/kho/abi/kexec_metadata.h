#pragma once

#include <kho/release.h>

#if KHO_LINUX < KHO_RELEASE(7, 1)
#error "this header exists from Linux 7.1 on"
#endif

#include <linux/types.h>
#include <linux/utsname.h>

#define KHO_KEXEC_METADATA_VERSION 1
#define KHO_METADATA_NODE_NAME "kexec-metadata"

struct kho_kexec_metadata {
	u32 version;
	char previous_release[__NEW_UTS_LEN + 1];
	u32 kexec_count;
} __packed;
