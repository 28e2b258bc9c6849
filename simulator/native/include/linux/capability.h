/* User space is root. */
#pragma once

#include <linux/types.h>

#define CAP_SYS_ADMIN 21
#define CAP_SYS_BOOT 22
#define CAP_SYS_RAWIO 17

static inline bool capable(int capability)
{
	(void)capability;
	return true;
}
