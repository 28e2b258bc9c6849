#pragma once

#include <linux/build_bug.h>

/* Does not compile for a pointer. */
#define __must_be_array(array) BUILD_BUG_ON_ZERO(__same_type((array), &(array)[0]))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]) + __must_be_array(array))
