/* Counts that warn when they are raised from zero or dropped below it. */
#pragma once

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/mutex_types.h>
#include <linux/types.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n) { .refs = ATOMIC_INIT(n) }

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

static inline void refcount_inc(refcount_t *r)
{
	WARN_ONCE(atomic_read(&r->refs) <= 0, "refcount_t: addition on 0; use-after-free\n");
	atomic_inc(&r->refs);
}

static inline void refcount_add(int n, refcount_t *r)
{
	WARN_ONCE(atomic_read(&r->refs) <= 0, "refcount_t: addition on 0; use-after-free\n");
	atomic_add(n, &r->refs);
}

static inline __must_check bool refcount_inc_not_zero(refcount_t *r)
{
	return atomic_inc_not_zero(&r->refs);
}

static inline __must_check bool refcount_dec_and_test(refcount_t *r)
{
	WARN_ONCE(atomic_read(&r->refs) <= 0, "refcount_t: underflow; use-after-free\n");
	return atomic_dec_and_test(&r->refs);
}

static inline __must_check bool refcount_sub_and_test(int n, refcount_t *r)
{
	WARN_ONCE(atomic_read(&r->refs) < n, "refcount_t: underflow; use-after-free\n");
	return atomic_sub_and_test(n, &r->refs);
}

static inline void refcount_dec(refcount_t *r)
{
	WARN_ONCE(atomic_read(&r->refs) <= 1, "refcount_t: decrement hit 0; leaking memory\n");
	atomic_dec(&r->refs);
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock);
