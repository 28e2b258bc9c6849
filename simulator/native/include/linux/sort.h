#pragma once

#include <linux/types.h>

typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *data);
typedef void (*swap_func_t)(void *a, void *b, int size);

void sort(void *base, size_t count, size_t size, cmp_func_t compare, swap_func_t swap);
