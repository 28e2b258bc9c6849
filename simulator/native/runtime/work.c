/*
 * What runs later: work, timers and threads, in the order in which they were started and without
 * ever running at the same time. Time passes where a driver sleeps.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "native.h"

/* When every kernel was booted: the day on which the first series of patches was posted. */
#define BOOT_SECONDS 1705502824LL

struct workqueue_struct {
	const char *name;
};

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

static struct workqueue_struct system_queue = { "events" };
struct workqueue_struct *system_wq = &system_queue;
struct workqueue_struct *system_percpu_wq = &system_queue;
struct workqueue_struct *system_unbound_wq = &system_queue;
struct workqueue_struct *system_dfl_wq = &system_queue;
struct workqueue_struct *system_long_wq = &system_queue;
struct workqueue_struct *system_highpri_wq = &system_queue;
struct workqueue_struct *system_freezable_wq = &system_queue;

static LIST_HEAD(queued);
static LIST_HEAD(timers);
static LIST_HEAD(hrtimers);
static u64 now_ns;

unsigned long kho_native_jiffies(void)
{
	return now_ns / (NSEC_PER_SEC / HZ);
}

ktime_t ktime_get(void)
{
	return now_ns;
}

ktime_t ktime_get_boottime(void)
{
	return now_ns;
}

ktime_t ktime_get_real(void)
{
	return BOOT_SECONDS * NSEC_PER_SEC + now_ns;
}

static void to_timespec(ktime_t time, struct timespec64 *ts)
{
	ts->tv_sec = time / NSEC_PER_SEC;
	ts->tv_nsec = time % NSEC_PER_SEC;
}

void ktime_get_ts64(struct timespec64 *ts)
{
	to_timespec(ktime_get(), ts);
}

void ktime_get_real_ts64(struct timespec64 *ts)
{
	to_timespec(ktime_get_real(), ts);
}

/* Runs the work that was queued first; false if there is none. */
static bool run_one(void)
{
	struct work_struct *work = list_first_entry_or_null(&queued, struct work_struct, entry);

	if (!work)
		return false;
	list_del_init(&work->entry);
	work->pending = false;
	work->func(work);
	return true;
}

/* What is left when a callback returns runs before the next one is called. */
void kho_native_run_work(void)
{
	while (run_one())
		;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	if (work->pending)
		return false;
	work->pending = true;
	list_add_tail(&work->entry, &queued);
	return true;
}

/* Nobody can tell how long it takes where time passes for whoever sleeps alone. */
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	dwork->expires = jiffies + delay;
	return queue_work(wq, &dwork->work);
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	dwork->expires = jiffies + delay;
	return !queue_work(wq, &dwork->work);
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was_pending = work->pending;

	if (was_pending)
		list_del_init(&work->entry);
	work->pending = false;
	return was_pending;
}

bool cancel_delayed_work(struct delayed_work *dwork)
{
	return cancel_work_sync(&dwork->work);
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return cancel_work_sync(&dwork->work);
}

bool flush_work(struct work_struct *work)
{
	bool was_pending = work->pending;

	while (work->pending)
		run_one();
	return was_pending;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	return flush_work(&dwork->work);
}

void flush_workqueue(struct workqueue_struct *wq)
{
	kho_native_run_work();
}

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	return kho_host_calloc(1, sizeof(struct workqueue_struct));
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	flush_workqueue(wq);
	kho_host_free(wq);
}

void timer_setup(struct timer_list *timer, void (*callback)(struct timer_list *timer), u32 flags)
{
	*timer = (struct timer_list){ .function = callback, .flags = flags };
}

int timer_pending(const struct timer_list *timer)
{
	return timer->entry.next != NULL;
}

int timer_delete(struct timer_list *timer)
{
	if (!timer_pending(timer))
		return 0;
	list_del(&timer->entry);
	timer->entry.next = NULL;
	return 1;
}

int timer_delete_sync(struct timer_list *timer)
{
	return timer_delete(timer);
}

int timer_shutdown_sync(struct timer_list *timer)
{
	return timer_delete(timer);
}

int mod_timer(struct timer_list *timer, unsigned long expires)
{
	int was_pending = timer_delete(timer);

	timer->expires = expires;
	list_add_tail(&timer->entry, &timers);
	return was_pending;
}

void add_timer(struct timer_list *timer)
{
	mod_timer(timer, timer->expires);
}

static struct timer_list *next_timer(unsigned long until)
{
	struct timer_list *timer, *first = NULL;

	list_for_each_entry(timer, &timers, entry)
		if (time_before_eq(timer->expires, until) &&
		    (!first || time_before(timer->expires, first->expires)))
			first = timer;
	return first;
}

void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
		   clockid_t clock, enum hrtimer_mode mode)
{
	*timer = (struct hrtimer){ .function = function, .clock = clock };
}

void hrtimer_init(struct hrtimer *timer, clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_setup(timer, NULL, clock, mode);
}

ktime_t hrtimer_cb_get_time(const struct hrtimer *timer)
{
	return timer->clock == CLOCK_REALTIME ? ktime_get_real() : ktime_get();
}

bool hrtimer_active(const struct hrtimer *timer)
{
	return timer->entry.next != NULL;
}

int hrtimer_cancel(struct hrtimer *timer)
{
	if (!hrtimer_active(timer))
		return 0;
	list_del(&timer->entry);
	timer->entry.next = NULL;
	return 1;
}

void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode)
{
	hrtimer_cancel(timer);
	timer->expires = (mode & HRTIMER_MODE_REL) ? hrtimer_cb_get_time(timer) + time : time;
	list_add_tail(&timer->entry, &hrtimers);
}

/* How many intervals have passed; it expires behind the last of them. */
u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	u64 passed;

	if (now < timer->expires || interval <= 0)
		return 0;
	passed = (u64)(now - timer->expires) / (u64)interval + 1;
	timer->expires += (ktime_t)passed * interval;
	return passed;
}

/* When a timer is due, in the time that passes here. */
static u64 due_at(const struct hrtimer *timer)
{
	s64 left = hrtimer_get_remaining(timer);

	return now_ns + (u64)max(left, 0);
}

static struct hrtimer *next_hrtimer(void)
{
	struct hrtimer *timer, *first = NULL;

	list_for_each_entry(timer, &hrtimers, entry)
		if (!first || due_at(timer) < due_at(first))
			first = timer;
	return first;
}

/* Runs what is due first, if it is by then, at its time; false if nothing is. */
static bool expire_one(u64 until)
{
	struct timer_list *timer = next_timer(until / (NSEC_PER_SEC / HZ));
	struct hrtimer *precise = next_hrtimer();
	u64 at = timer ? max((u64)timer->expires * (NSEC_PER_SEC / HZ), now_ns) : until;

	if (precise && due_at(precise) <= at) {
		now_ns = due_at(precise);
		hrtimer_cancel(precise);
		if (precise->function(precise) == HRTIMER_RESTART)
			hrtimer_start(precise, precise->expires, HRTIMER_MODE_ABS);
		return true;
	}
	if (!timer)
		return false;
	timer_delete(timer);
	now_ns = at;
	timer->function(timer);
	return true;
}

/* Whoever sleeps lets everything else run that is due by then. */
static void pass(u64 ns)
{
	u64 until = now_ns + ns;

	do
		kho_native_run_work();
	while (expire_one(until));
	now_ns = max(until, now_ns);
}

void msleep(unsigned int ms)
{
	kho_native_might_sleep("msleep");
	pass((u64)ms * NSEC_PER_MSEC);
}

void usleep_range(unsigned long min, unsigned long max)
{
	kho_native_might_sleep("usleep_range");
	pass(min * NSEC_PER_USEC);
}

void ssleep(unsigned int seconds)
{
	kho_native_might_sleep("ssleep");
	pass(seconds * NSEC_PER_SEC);
}

void fsleep(unsigned long us)
{
	kho_native_might_sleep("fsleep");
	pass(us * NSEC_PER_USEC);
}

void udelay(unsigned long us)
{
	now_ns += us * NSEC_PER_USEC;
}

void ndelay(unsigned long ns)
{
	now_ns += ns;
}

void mdelay(unsigned long ms)
{
	now_ns += ms * NSEC_PER_MSEC;
}

void schedule(void)
{
	kho_native_might_sleep("schedule");
	run_one();
}

int cond_resched(void)
{
	return run_one();
}

struct task_struct *kho_native_current(void)
{
	static struct task_struct init = { .pid = 1, .tgid = 1, .comm = "init" };

	return &init;
}

void init_waitqueue_head(struct wait_queue_head *queue)
{
	*queue = (struct wait_queue_head){ 0 };
	INIT_LIST_HEAD(&queue->head);
}

/* Whoever waits looks again whenever anything has run. */
void wake_up(struct wait_queue_head *queue)
{
}

void wake_up_all(struct wait_queue_head *queue)
{
}

void wake_up_interruptible(struct wait_queue_head *queue)
{
}

bool kho_native_wait(struct wait_queue_head *queue, const char *condition)
{
	kho_native_might_sleep("wait_event");
	if (!run_one() && !expire_one(now_ns + LONG_MAX / 2))
		kho_native_oops("%s is waited for, and nothing is left that could make it true",
				condition);
	return true;
}

bool kho_native_wait_until(unsigned long until)
{
	u64 until_ns = (u64)until * (NSEC_PER_SEC / HZ);

	kho_native_might_sleep("wait_event_timeout");
	if (run_one())
		return true;
	if (!time_before(jiffies, until))
		return false;
	if (!expire_one(until_ns))
		now_ns = until_ns;
	return true;
}

/* Nobody wakes anybody up: all of the time passes. */
long schedule_timeout(long timeout)
{
	kho_native_might_sleep("schedule_timeout");
	if (timeout > 0)
		pass((u64)timeout * (NSEC_PER_SEC / HZ));
	return 0;
}

void complete(struct completion *x)
{
	if (x->done != UINT_MAX)
		x->done++;
}

void complete_all(struct completion *x)
{
	x->done = UINT_MAX;
}

bool completion_done(struct completion *x)
{
	return x->done > 0;
}

bool try_wait_for_completion(struct completion *x)
{
	if (x->done == 0)
		return false;
	if (x->done != UINT_MAX)
		x->done--;
	return true;
}

void wait_for_completion(struct completion *x)
{
	while (!try_wait_for_completion(x))
		kho_native_wait(NULL, x->name);
}

int wait_for_completion_interruptible(struct completion *x)
{
	wait_for_completion(x);
	return 0;
}

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
	while (!completion_done(x) && run_one())
		;
	if (!completion_done(x))
		msleep(jiffies_to_msecs(timeout));
	return try_wait_for_completion(x) ? 1 : 0;
}

/* A thread is work that runs when whoever else runs waits; it is asked to stop at once. */
struct thread {
	struct task_struct task;
	struct work_struct work;
	int (*function)(void *data);
	void *data;
	int result;
};

static bool is_stopping;

static void run_thread(struct work_struct *work)
{
	struct thread *thread = container_of(work, struct thread, work);

	is_stopping = true;
	thread->result = thread->function(thread->data);
	is_stopping = false;
}

struct task_struct *kthread_create(int (*function)(void *data), void *data, const char *fmt, ...)
{
	struct thread *thread = kho_host_calloc(1, sizeof(*thread));

	thread->function = function;
	thread->data = data;
	INIT_WORK(&thread->work, run_thread);
	return &thread->task;
}

/* The one task that is no thread is running. */
int wake_up_process(struct task_struct *task)
{
	if (task == kho_native_current())
		return 0;
	return queue_work(system_wq, &container_of(task, struct thread, task)->work);
}

int kthread_stop(struct task_struct *task)
{
	struct thread *thread = container_of(task, struct thread, task);

	flush_work(&thread->work);
	int result = thread->result;

	kho_host_free(thread);
	return result;
}

bool kthread_should_stop(void)
{
	return is_stopping;
}
