/* Trees of keys, of which that of the preserved memory is one. */
#pragma once

#include <kho/release.h>

#if KHO_LINUX < KHO_RELEASE(7, 1)
#error "this header exists from Linux 7.1 on"
#endif

#include <kho/radix-api.h>
#include <linux/err.h>
#include <linux/errno.h>
