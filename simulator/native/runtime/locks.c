/* Locks. One thread runs: what is locked when it is asked for was locked by who asks. */
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "native.h"

static int spinning;

static void take(bool *locked, const char *name, const char *function)
{
	if (*locked)
		kho_native_oops("%s() of %s, which is locked already: a deadlock", function, name);
	*locked = true;
}

static void give(bool *locked, const char *name, const char *function)
{
	if (!*locked)
		kho_native_oops("%s() of %s, which is not locked", function, name);
	*locked = false;
}

void kho_native_assert_held(const void *lock, const char *file, int line)
{
	const u8 *bytes = lock;

	/* Locks begin with whether they are held, or with their readers and whether one writes. */
	if (!bytes[0] && !bytes[offsetof(struct rw_semaphore, written)])
		kho_native_warn(file, line, "lock is not held", NULL);
}

void kho_native_might_sleep(const char *file, int line)
{
	if (spinning > 0)
		kho_native_warn(file, line, "sleeping function called from invalid context", NULL);
}

void kho_native_mutex_init(struct mutex *lock, const char *name)
{
	*lock = (struct mutex){ .name = name };
}

void mutex_lock(struct mutex *lock)
{
	take(&lock->locked, lock->name, "mutex_lock");
}

int mutex_lock_interruptible(struct mutex *lock)
{
	take(&lock->locked, lock->name, "mutex_lock_interruptible");
	return 0;
}

int mutex_lock_killable(struct mutex *lock)
{
	take(&lock->locked, lock->name, "mutex_lock_killable");
	return 0;
}

int mutex_trylock(struct mutex *lock)
{
	if (lock->locked)
		return 0;
	lock->locked = true;
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	give(&lock->locked, lock->name, "mutex_unlock");
}

void mutex_destroy(struct mutex *lock)
{
}

bool mutex_is_locked(struct mutex *lock)
{
	return lock->locked;
}

void kho_native_spin_lock_init(spinlock_t *lock, const char *name)
{
	*lock = (spinlock_t){ .name = name };
}

void spin_lock(spinlock_t *lock)
{
	take(&lock->locked, lock->name, "spin_lock");
	spinning++;
}

int spin_trylock(spinlock_t *lock)
{
	if (lock->locked)
		return 0;
	spin_lock(lock);
	return 1;
}

void spin_unlock(spinlock_t *lock)
{
	give(&lock->locked, lock->name, "spin_unlock");
	spinning--;
}

int spin_is_locked(spinlock_t *lock)
{
	return lock->locked;
}

/* Locks of readers and writers, of both kinds. */
static void read(int *readers, bool written, const char *name)
{
	if (written)
		kho_native_oops("%s is locked for writing already: a deadlock", name);
	(*readers)++;
}

static void end_read(int *readers, const char *name)
{
	if (*readers == 0)
		kho_native_oops("%s is unlocked by a reader, and there is none", name);
	(*readers)--;
}

static void write(int readers, bool *written, const char *name)
{
	if (readers > 0 || *written)
		kho_native_oops("%s is locked already: a deadlock", name);
	*written = true;
}

void kho_native_rwlock_init(rwlock_t *lock, const char *name)
{
	*lock = (rwlock_t){ .name = name };
}

void read_lock(rwlock_t *lock)
{
	read(&lock->readers, lock->written, lock->name);
}

void read_unlock(rwlock_t *lock)
{
	end_read(&lock->readers, lock->name);
}

void write_lock(rwlock_t *lock)
{
	write(lock->readers, &lock->written, lock->name);
}

void write_unlock(rwlock_t *lock)
{
	give(&lock->written, lock->name, "write_unlock");
}

void kho_native_rwsem_init(struct rw_semaphore *sem, const char *name)
{
	*sem = (struct rw_semaphore){ .name = name };
}

void down_read(struct rw_semaphore *sem)
{
	read(&sem->readers, sem->written, sem->name);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	if (sem->written)
		return 0;
	sem->readers++;
	return 1;
}

void up_read(struct rw_semaphore *sem)
{
	end_read(&sem->readers, sem->name);
}

void down_write(struct rw_semaphore *sem)
{
	write(sem->readers, &sem->written, sem->name);
}

int down_write_killable(struct rw_semaphore *sem)
{
	down_write(sem);
	return 0;
}

int down_write_trylock(struct rw_semaphore *sem)
{
	if (sem->written || sem->readers > 0)
		return 0;
	sem->written = true;
	return 1;
}

void up_write(struct rw_semaphore *sem)
{
	give(&sem->written, sem->name, "up_write");
}

void downgrade_write(struct rw_semaphore *sem)
{
	up_write(sem);
	down_read(sem);
}

static bool irqs_off;

void local_irq_disable(void)
{
	irqs_off = true;
}

void local_irq_enable(void)
{
	irqs_off = false;
}

bool irqs_disabled(void)
{
	return irqs_off;
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_read(r) > 1)
		return refcount_dec_and_test(r);
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}
