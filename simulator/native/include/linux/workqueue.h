/* Work runs in the order in which it was queued, when the driver returns or waits. */
#pragma once

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/types.h>

struct work_struct;
struct workqueue_struct;

typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	struct list_head entry;
	work_func_t func;
	bool pending;
};

struct delayed_work {
	struct work_struct work;
	unsigned long expires;
};

#define __WORK_INITIALIZER(name, function) \
	{ .entry = LIST_HEAD_INIT((name).entry), .func = (function) }
#define DECLARE_WORK(name, function) \
	struct work_struct name = __WORK_INITIALIZER(name, function)
#define DECLARE_DELAYED_WORK(name, function) \
	struct delayed_work name = { .work = __WORK_INITIALIZER((name).work, function) }
#define INIT_WORK(work, function)                         \
	do {                                              \
		INIT_LIST_HEAD(&(work)->entry);           \
		(work)->func = (function);                \
		(work)->pending = false;                  \
	} while (0)
#define INIT_DELAYED_WORK(dwork, function) INIT_WORK(&(dwork)->work, function)
#define to_delayed_work(pointer) container_of(pointer, struct delayed_work, work)

enum {
	WQ_UNBOUND = 1 << 1,
	WQ_FREEZABLE = 1 << 2,
	WQ_MEM_RECLAIM = 1 << 3,
	WQ_HIGHPRI = 1 << 4,
	WQ_PERCPU = 1 << 8,
};

extern struct workqueue_struct *system_wq;
extern struct workqueue_struct *system_percpu_wq;
extern struct workqueue_struct *system_unbound_wq;
extern struct workqueue_struct *system_dfl_wq;
extern struct workqueue_struct *system_long_wq;
extern struct workqueue_struct *system_highpri_wq;
extern struct workqueue_struct *system_freezable_wq;

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__printf(1, 4);
#define alloc_ordered_workqueue(fmt, flags, args...) alloc_workqueue(fmt, flags, 1, ##args)
#define create_singlethread_workqueue(name) alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, name)
void destroy_workqueue(struct workqueue_struct *wq);
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
		      unsigned long delay);
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
void flush_workqueue(struct workqueue_struct *wq);

#define schedule_work(work) queue_work(system_wq, work)
#define schedule_delayed_work(dwork, delay) queue_delayed_work(system_wq, dwork, delay)
#define drain_workqueue(wq) flush_workqueue(wq)
#define work_pending(work) ((work)->pending)
#define delayed_work_pending(dwork) work_pending(&(dwork)->work)
#define queue_work_on(cpu, wq, work) ((void)(cpu), queue_work(wq, work))
#define schedule_work_on(cpu, work) queue_work_on(cpu, system_wq, work)
#define queue_delayed_work_on(cpu, wq, dwork, delay) \
	((void)(cpu), queue_delayed_work(wq, dwork, delay))
#define cancel_work(work) cancel_work_sync(work)
#define flush_scheduled_work() flush_workqueue(system_wq)
