#pragma once

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/mutex_types.h>

#define __MUTEX_INITIALIZER(lock) { .name = #lock }
#define DEFINE_MUTEX(lock) struct mutex lock = __MUTEX_INITIALIZER(lock)
#define mutex_init(lock) kho_native_mutex_init(lock, #lock)

void kho_native_mutex_init(struct mutex *lock, const char *name);
void mutex_lock(struct mutex *lock);
int __must_check mutex_lock_interruptible(struct mutex *lock);
int __must_check mutex_lock_killable(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
void mutex_destroy(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);

#define mutex_lock_nested(lock, subclass) mutex_lock(lock)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T) == 0)
DEFINE_FREE(mutex, struct mutex *, if (_T) mutex_unlock(_T))
