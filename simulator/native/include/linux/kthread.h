/* A thread is work that runs when whoever else runs waits. */
#pragma once

#include <linux/err.h>
#include <linux/sched.h>

struct task_struct *kthread_run(int (*function)(void *data), void *data, const char *fmt, ...)
	__printf(3, 4);
int kthread_stop(struct task_struct *task);
bool kthread_should_stop(void);
