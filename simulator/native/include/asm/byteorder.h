#pragma once

#include <linux/swab.h>
#include <linux/types.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "drivers are compiled for a little-endian machine"
#endif
#define __LITTLE_ENDIAN 1234
#define __LITTLE_ENDIAN_BITFIELD

#define cpu_to_le16(value) ((__le16)(value))
#define cpu_to_le32(value) ((__le32)(value))
#define cpu_to_le64(value) ((__le64)(value))
#define le16_to_cpu(value) ((u16)(value))
#define le32_to_cpu(value) ((u32)(value))
#define le64_to_cpu(value) ((u64)(value))
#define cpu_to_be16(value) ((__be16)swab16(value))
#define cpu_to_be32(value) ((__be32)swab32(value))
#define cpu_to_be64(value) ((__be64)swab64(value))
#define be16_to_cpu(value) swab16((u16)(value))
#define be32_to_cpu(value) swab32((u32)(value))
#define be64_to_cpu(value) swab64((u64)(value))

static inline u32 be32_to_cpup(const __be32 *pointer)
{
	return be32_to_cpu(*pointer);
}

static inline u64 be64_to_cpup(const __be64 *pointer)
{
	return be64_to_cpu(*pointer);
}
