#pragma once

#include <linux/types.h>

u32 crc32_le(u32 crc, const void *p, size_t len);
u32 crc32_be(u32 crc, const void *p, size_t len);
u32 crc32c(u32 crc, const void *p, size_t len);

#define crc32(seed, data, length) crc32_le(seed, data, length)
