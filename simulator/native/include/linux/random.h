/* Chance is drawn from the seed of the run. */
#pragma once

#include <linux/types.h>

void get_random_bytes(void *buf, size_t len);
u8 get_random_u8(void);
u16 get_random_u16(void);
u32 get_random_u32(void);
u64 get_random_u64(void);
u32 get_random_u32_below(u32 ceil);

static inline unsigned long get_random_long(void)
{
	return get_random_u64();
}
