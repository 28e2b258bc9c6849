#pragma once

#include <linux/irqflags.h>
#include <linux/types.h>

struct task_struct {
	pid_t pid;
	pid_t tgid;
	char comm[16];
};

struct task_struct *kho_native_current(void);
#define current kho_native_current()
#define TASK_COMM_LEN 16

void schedule(void);
long schedule_timeout(long timeout);
int wake_up_process(struct task_struct *task);
#define schedule_timeout_interruptible(timeout) schedule_timeout(timeout)
#define schedule_timeout_killable(timeout) schedule_timeout(timeout)
#define schedule_timeout_uninterruptible(timeout) schedule_timeout(timeout)
#define get_current() kho_native_current()
#define task_pid_nr(task) ((task)->pid)
#define task_tgid_nr(task) ((task)->tgid)
int cond_resched(void);

static inline bool signal_pending(struct task_struct *task)
{
	(void)task;
	return false;
}

static inline bool fatal_signal_pending(struct task_struct *task)
{
	(void)task;
	return false;
}
