#pragma once

#include <linux/types.h>

struct completion {
	unsigned int done;
	const char *name;
};

#define COMPLETION_INITIALIZER(work) { .name = #work }
#define COMPLETION_INITIALIZER_ONSTACK(work) ((struct completion)COMPLETION_INITIALIZER(work))
#define DECLARE_COMPLETION(work) struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
	x->name = "";
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/* Whoever waits runs queued work until somebody completes; a wait that nothing can end is a bug. */
void wait_for_completion(struct completion *x);
int __must_check wait_for_completion_interruptible(struct completion *x);
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
bool try_wait_for_completion(struct completion *x);
bool completion_done(struct completion *x);
void complete(struct completion *x);
void complete_all(struct completion *x);
#define wait_for_completion_killable(x) wait_for_completion_interruptible(x)
#define wait_for_completion_interruptible_timeout(x, timeout) \
	((long)wait_for_completion_timeout(x, timeout))
