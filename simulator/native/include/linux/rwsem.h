#pragma once

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct rw_semaphore {
	int readers;
	bool written;
	const char *name;
};

#define __RWSEM_INITIALIZER(sem) { .name = #sem }
#define DECLARE_RWSEM(sem) struct rw_semaphore sem = __RWSEM_INITIALIZER(sem)
#define init_rwsem(sem) kho_native_rwsem_init(sem, #sem)

void kho_native_rwsem_init(struct rw_semaphore *sem, const char *name);
void down_read(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))
