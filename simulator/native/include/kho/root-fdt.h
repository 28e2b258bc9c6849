/*
 * What the root of the handed-over FDT is called.
 * Made of the table of releases: UPDATE_GOLDEN=1 with its test writes it anew.
 */
#pragma once

#include <kho/release.h>

#if KHO_LINUX >= KHO_RELEASE(6, 16) && KHO_LINUX <= KHO_RELEASE(7, 0)
#define KHO_FDT_COMPATIBLE "kho-v1"
#endif

#if KHO_LINUX == KHO_RELEASE(7, 1)
#define KHO_FDT_COMPATIBLE "kho-v3"
#endif

#if KHO_LINUX >= KHO_RELEASE(7, 2)
#define KHO_FDT_COMPATIBLE "kho-v4"
#endif

#if KHO_LINUX >= KHO_RELEASE(6, 16)
#define KHO_FDT_MEMORY_MAP_PROP_NAME "preserved-memory-map"
#endif

#if KHO_LINUX >= KHO_RELEASE(6, 16) && KHO_LINUX <= KHO_RELEASE(7, 0)
#define KHO_SUB_TREE_PROP_NAME "fdt"
#endif

#if KHO_LINUX >= KHO_RELEASE(7, 1)
#define KHO_SUB_TREE_PROP_NAME "preserved-data"
#endif

#if KHO_LINUX >= KHO_RELEASE(7, 1)
#define KHO_SUB_TREE_SIZE_PROP_NAME "blob-size"
#endif
