/*
 * Kexec HandOver as the release that the driver is compiled for has it. What changes from release to
 * release is in headers that are made of the table of releases.
 */
#pragma once

#include <kho/handover-api.h>
#include <kho/release.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <uapi/linux/kexec.h>
#if KHO_LINUX >= KHO_RELEASE(6, 16)
#include <asm-generic/kexec_handover.h>
#endif

/* What a notifier is called for. */
#if KHO_LINUX <= KHO_V4
enum kho_event {
	KEXEC_KHO_DUMP = 0,
	KEXEC_KHO_ABORT = 1,
};
#elif KHO_LINUX <= KHO_RELEASE(6, 18)
enum kho_event {
	KEXEC_KHO_FINALIZE = 0,
	KEXEC_KHO_ABORT = 1,
};
#endif

#if KHO_LINUX == KHO_V4
struct kho_mem {
	phys_addr_t addr;
	phys_addr_t size;
};
#endif

/* Headers of their own, linux/kho/abi/, have it from 7.0 on. */
#if KHO_LINUX >= KHO_RELEASE(6, 18) && KHO_LINUX < KHO_RELEASE(7, 0)
#include <kho/vmalloc.h>
#endif

#if KHO_LINUX >= KHO_RELEASE(7, 3)
bool kho_scratch_overlap(phys_addr_t phys, size_t size);
#endif
