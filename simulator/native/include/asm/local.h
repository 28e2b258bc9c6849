/* Counters of one CPU. */
#pragma once

#include <linux/atomic.h>

typedef struct {
	atomic_long_t a;
} local_t;

#define LOCAL_INIT(value) { ATOMIC_LONG_INIT(value) }
#define local_read(l) atomic_long_read(&(l)->a)
#define local_set(l, value) atomic_long_set(&(l)->a, value)
#define local_inc(l) atomic_long_inc(&(l)->a)
#define local_dec(l) atomic_long_dec(&(l)->a)
#define local_add(value, l) atomic_long_add(value, &(l)->a)
#define local_sub(value, l) atomic_long_sub(value, &(l)->a)
#define local_cmpxchg(l, old, value) atomic_long_cmpxchg(&(l)->a, old, value)
