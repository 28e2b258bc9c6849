/* Locks. One thread runs: what is locked when it is asked for was locked by who asks. */
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "native.h"

/* Spinlocks and locks of readers and writers that are held: nobody sleeps meanwhile. */
static int atomic_locks;

/*
 * The engine knows who holds what: it says what is taken twice, kept, or held where something may
 * sleep. A lock is told by where it is, since many have one name.
 */
static void tell(const char *call, const char *name, const void *lock)
{
	if (!name)
		name = "lock";
	kho_native_call(call, "su", name + (name[0] == '&'), (unsigned long)lock);
}

void kho_native_assert_held(const void *lock, const char *file, int line)
{
	const u8 *bytes = lock;

	/* Locks begin with whether they are held, or with their readers and whether one writes. */
	if (!bytes[0] && !bytes[offsetof(struct rw_semaphore, written)])
		kho_native_warn(file, line, "lock is not held", NULL);
}

void kho_native_might_sleep(const char *function)
{
	if (atomic_locks > 0)
		kho_native_call("mightSleep", "s", function);
}

void kho_native_mutex_init(struct mutex *lock, const char *name)
{
	*lock = (struct mutex){ .name = name };
}

void mutex_lock(struct mutex *lock)
{
	tell("mutexLock", lock->name, lock);
	lock->locked = true;
}

int mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

int mutex_lock_killable(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

int mutex_trylock(struct mutex *lock)
{
	if (lock->locked)
		return 0;
	tell("mutexTrylock", lock->name, lock);
	lock->locked = true;
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	tell("mutexUnlock", lock->name, lock);
	lock->locked = false;
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
	tell("spinLock", lock->name, lock);
	atomic_locks += !lock->locked;
	lock->locked = true;
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
	tell("spinUnlock", lock->name, lock);
	atomic_locks -= lock->locked;
	lock->locked = false;
}

int spin_is_locked(spinlock_t *lock)
{
	return lock->locked;
}

/* Locks of readers and writers, of both kinds. The first reader takes it for all of them. */
struct shared {
	int *readers;
	bool *written;
	const char *name;
	const void *lock;
};

#define SHARED(l) ((struct shared){ &(l)->readers, &(l)->written, (l)->name, (l) })

static void read(struct shared lock, const char *call)
{
	if (*lock.readers == 0)
		tell(call, lock.name, lock.lock);
	(*lock.readers)++;
}

static void end_read(struct shared lock, const char *call)
{
	if (*lock.readers <= 1)
		tell(call, lock.name, lock.lock);
	if (*lock.readers > 0)
		(*lock.readers)--;
}

static void write(struct shared lock, const char *call)
{
	tell(call, lock.name, lock.lock);
	*lock.written = true;
}

static void end_write(struct shared lock, const char *call)
{
	tell(call, lock.name, lock.lock);
	*lock.written = false;
}

void kho_native_rwlock_init(rwlock_t *lock, const char *name)
{
	*lock = (rwlock_t){ .name = name };
}

void read_lock(rwlock_t *lock)
{
	read(SHARED(lock), "readLock");
	atomic_locks++;
}

void read_unlock(rwlock_t *lock)
{
	atomic_locks -= lock->readers > 0;
	end_read(SHARED(lock), "readUnlock");
}

void write_lock(rwlock_t *lock)
{
	atomic_locks += !lock->written;
	write(SHARED(lock), "writeLock");
}

void write_unlock(rwlock_t *lock)
{
	atomic_locks -= lock->written;
	end_write(SHARED(lock), "writeUnlock");
}

void kho_native_rwsem_init(struct rw_semaphore *sem, const char *name)
{
	*sem = (struct rw_semaphore){ .name = name };
}

void down_read(struct rw_semaphore *sem)
{
	read(SHARED(sem), "downRead");
}

int down_read_trylock(struct rw_semaphore *sem)
{
	if (sem->written)
		return 0;
	read(SHARED(sem), "downReadTrylock");
	return 1;
}

void up_read(struct rw_semaphore *sem)
{
	end_read(SHARED(sem), "upRead");
}

void down_write(struct rw_semaphore *sem)
{
	write(SHARED(sem), "downWrite");
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
	write(SHARED(sem), "downWriteTrylock");
	return 1;
}

void up_write(struct rw_semaphore *sem)
{
	end_write(SHARED(sem), "upWrite");
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
