#pragma once

#include <kho/release.h>

#define KERNEL_VERSION(major, minor, patch) (((major) << 16) + ((minor) << 8) + (patch))

/* The patch series were made for 6.8 and 6.14. */
#if KHO_LINUX == KHO_SEED
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 8, 0)
#elif KHO_LINUX == KHO_V4
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 14, 0)
#else
#define LINUX_VERSION_CODE KERNEL_VERSION(KHO_LINUX >> 8, KHO_LINUX & 255, 0)
#endif
