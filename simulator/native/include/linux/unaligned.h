/* Values at any address: those of an FDT are at multiples of four. */
#pragma once

#include <asm/byteorder.h>
#include <linux/types.h>

#define KHO_UNALIGNED(type) \
	struct {            \
		type value; \
	} __packed
#define get_unaligned(pointer) \
	(((const KHO_UNALIGNED(typeof(*(pointer))) *)(const void *)(pointer))->value)
#define put_unaligned(x, pointer) \
	((void)(((KHO_UNALIGNED(typeof(*(pointer))) *)(void *)(pointer))->value = (x)))

static inline u16 get_unaligned_le16(const void *p)
{
	return get_unaligned((const u16 *)p);
}

static inline u32 get_unaligned_le32(const void *p)
{
	return get_unaligned((const u32 *)p);
}

static inline u64 get_unaligned_le64(const void *p)
{
	return get_unaligned((const u64 *)p);
}

static inline u16 get_unaligned_be16(const void *p)
{
	return be16_to_cpu(get_unaligned_le16(p));
}

static inline u32 get_unaligned_be32(const void *p)
{
	return be32_to_cpu(get_unaligned_le32(p));
}

static inline u64 get_unaligned_be64(const void *p)
{
	return be64_to_cpu(get_unaligned_le64(p));
}

static inline void put_unaligned_le32(u32 value, void *p)
{
	put_unaligned(value, (u32 *)p);
}

static inline void put_unaligned_le64(u64 value, void *p)
{
	put_unaligned(value, (u64 *)p);
}

static inline void put_unaligned_be32(u32 value, void *p)
{
	put_unaligned(swab32(value), (u32 *)p);
}

static inline void put_unaligned_be64(u64 value, void *p)
{
	put_unaligned(swab64(value), (u64 *)p);
}
