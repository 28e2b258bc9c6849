#pragma once

#include <linux/list.h>

typedef int (*list_cmp_func_t)(void *data, const struct list_head *a, const struct list_head *b);

/* Those that are equal stay in their order. */
void list_sort(void *data, struct list_head *head, list_cmp_func_t compare);
