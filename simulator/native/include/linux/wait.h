#pragma once

#include <linux/compiler.h>
#include <linux/jiffies.h>
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
#define wait_event_killable(queue, condition) wait_event_interruptible(queue, condition)
#define wait_event_freezable(queue, condition) wait_event_interruptible(queue, condition)
/* What is left of the time, at least 1; 0 if that is over and the condition still does not hold. */
#define wait_event_timeout(queue, condition, timeout)                                   \
	({                                                                              \
		unsigned long __until = jiffies + (timeout);                            \
											\
		while (!(condition) && kho_native_wait_until(__until))                  \
			;                                                               \
		(condition) ? (time_before(jiffies, __until) ? (long)(__until - jiffies) : 1L) : 0L; \
	})
#define wait_event_interruptible_timeout(queue, condition, timeout) \
	wait_event_timeout(queue, condition, timeout)
/* Runs something else that is due by then; false if nothing is, and that time has come. */
bool kho_native_wait_until(unsigned long until);

static inline bool waitqueue_active(struct wait_queue_head *queue)
{
	return queue->head.next != &queue->head;
}
