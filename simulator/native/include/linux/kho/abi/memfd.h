#pragma once

#include <kho/release.h>

#if KHO_LINUX < KHO_RELEASE(7, 0)
#error "this header exists from Linux 7.0 on"
#endif

#include <linux/bits.h>
#include <linux/fcntl.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/types.h>

#define MEMFD_LUO_FOLIO_DIRTY BIT(0)
#define MEMFD_LUO_FOLIO_UPTODATE BIT(1)

struct memfd_luo_folio_ser {
	u64 pfn : 52;
	u64 flags : 12;
	u64 index;
} __packed;

#if KHO_LINUX >= KHO_RELEASE(7, 1)
#define MEMFD_LUO_FH_COMPATIBLE "memfd-v2"
#define MEMFD_LUO_ALL_SEALS \
	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | \
	 F_SEAL_EXEC)

struct memfd_luo_ser {
	u64 pos;
	u64 size;
	u32 seals;
	u32 flags;
	u64 nr_folios;
	struct kho_vmalloc folios;
} __packed;
#else
#define MEMFD_LUO_FH_COMPATIBLE "memfd-v1"

struct memfd_luo_ser {
	u64 pos;
	u64 size;
	u64 nr_folios;
	struct kho_vmalloc folios;
} __packed;
#endif
