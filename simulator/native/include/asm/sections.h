#pragma once

#include <linux/compiler_types.h>

extern char _text[], _etext[], _end[];
