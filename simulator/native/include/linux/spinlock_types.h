#pragma once

#include <linux/types.h>

typedef struct spinlock {
	bool locked;
	const char *name;
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

typedef struct {
	int readers;
	bool written;
	const char *name;
} rwlock_t;
