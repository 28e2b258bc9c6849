/* Whoever waits for a semaphore lets everything else run until it is up. */
#pragma once

#include <linux/wait.h>

struct semaphore {
	unsigned int count;
	struct wait_queue_head wait;
};

#define __SEMAPHORE_INITIALIZER(name, n) \
	{ .count = (n), .wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DEFINE_SEMAPHORE(name, n) struct semaphore name = __SEMAPHORE_INITIALIZER(name, n)

static inline void sema_init(struct semaphore *sem, int count)
{
	sem->count = (unsigned int)count;
	init_waitqueue_head(&sem->wait);
}

static inline void down(struct semaphore *sem)
{
	wait_event(sem->wait, sem->count > 0);
	sem->count--;
}

static inline int down_interruptible(struct semaphore *sem)
{
	down(sem);
	return 0;
}

/* 1 if it was not taken. */
static inline int down_trylock(struct semaphore *sem)
{
	if (sem->count == 0)
		return 1;
	sem->count--;
	return 0;
}

static inline void up(struct semaphore *sem)
{
	sem->count++;
}
