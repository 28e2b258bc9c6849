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
