/* Conditions that the compiler checks. */
#pragma once

#include <linux/compiler.h>

#define BUILD_BUG_ON_MSG(condition, message) _Static_assert(!(condition), message)
#define BUILD_BUG_ON(condition) BUILD_BUG_ON_MSG(condition, "BUILD_BUG_ON: " #condition)
#define BUILD_BUG() BUILD_BUG_ON_MSG(1, "BUILD_BUG")
/* An expression of value 0 that does not compile if the condition holds. */
#define BUILD_BUG_ON_ZERO(condition) ((int)sizeof(struct { int : -!!(condition); }))
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))

#define KHO_STATIC_ASSERT(expr, message, ...) _Static_assert(expr, message)
#ifndef static_assert
#define static_assert(expr, ...) KHO_STATIC_ASSERT(expr, ##__VA_ARGS__, #expr)
#endif
