#pragma once

#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/spinlock_types.h>

#define __SPIN_LOCK_UNLOCKED(lock) { .name = #lock }
#define DEFINE_SPINLOCK(lock) spinlock_t lock = __SPIN_LOCK_UNLOCKED(lock)
#define DEFINE_RAW_SPINLOCK(lock) raw_spinlock_t lock = __SPIN_LOCK_UNLOCKED(lock)
#define DEFINE_RWLOCK(lock) rwlock_t lock = { .name = #lock }
#define spin_lock_init(lock) kho_native_spin_lock_init(lock, #lock)
#define raw_spin_lock_init(lock) kho_native_spin_lock_init(lock, #lock)
#define rwlock_init(lock) kho_native_rwlock_init(lock, #lock)

/* What sleeps must not be called while one is held. */
void kho_native_spin_lock_init(spinlock_t *lock, const char *name);
void kho_native_rwlock_init(rwlock_t *lock, const char *name);
void spin_lock(spinlock_t *lock);
int spin_trylock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
int spin_is_locked(spinlock_t *lock);
void read_lock(rwlock_t *lock);
void read_unlock(rwlock_t *lock);
void write_lock(rwlock_t *lock);
void write_unlock(rwlock_t *lock);

#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)
#define spin_lock_irqsave(lock, flags)  \
	do {                            \
		local_irq_save(flags);  \
		spin_lock(lock);        \
	} while (0)
#define spin_unlock_irqrestore(lock, flags) \
	do {                                \
		spin_unlock(lock);          \
		local_irq_restore(flags);   \
	} while (0)
#define raw_spin_lock(lock) spin_lock(lock)
#define raw_spin_unlock(lock) spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags) spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags) spin_unlock_irqrestore(lock, flags)

DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))
DEFINE_GUARD(spinlock_irq, spinlock_t *, spin_lock(_T), spin_unlock(_T))
DEFINE_GUARD(spinlock_irqsave, spinlock_t *, spin_lock(_T), spin_unlock(_T))
DEFINE_GUARD(raw_spinlock, raw_spinlock_t *, spin_lock(_T), spin_unlock(_T))
