#pragma once

#include <linux/compiler_types.h>
#include <linux/types.h>

extern char _text[], _etext[], _end[];

/* Whether an address is of the program itself: then it has no physical address. */
bool __is_kernel(unsigned long address);
