#pragma once

#include <linux/types.h>

#define swab16(value) __builtin_bswap16(value)
#define swab32(value) __builtin_bswap32(value)
#define swab64(value) __builtin_bswap64(value)
