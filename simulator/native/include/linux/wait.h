#pragma once

#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/types.h>

typedef struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
} wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) \
	{ .lock = __SPIN_LOCK_UNLOCKED(name), .head = { &(name).head, &(name).head } }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)

void init_waitqueue_head(struct wait_queue_head *queue);
void wake_up(struct wait_queue_head *queue);
void wake_up_all(struct wait_queue_head *queue);
void wake_up_interruptible(struct wait_queue_head *queue);

/* Runs something else that is queued; false if nothing is left that could ever change anything. */
bool kho_native_wait(struct wait_queue_head *queue, const char *condition);

#define wait_event(queue, condition)                            \
	do {                                                    \
		while (!(condition))                            \
			kho_native_wait(&(queue), #condition);  \
	} while (0)
#define wait_event_interruptible(queue, condition)              \
	({                                                      \
		wait_event(queue, condition);                   \
		0;                                              \
	})
