#pragma once

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/types.h>

struct timer_list {
	struct list_head entry;
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
};

#define DEFINE_TIMER(name, callback) struct timer_list name = { .function = (callback) }

/* A timer expires when time passes: where a driver sleeps, or the scenario says so. */
void timer_setup(struct timer_list *timer, void (*callback)(struct timer_list *timer), u32 flags);
int mod_timer(struct timer_list *timer, unsigned long expires);
void add_timer(struct timer_list *timer);
int timer_delete(struct timer_list *timer);
int timer_delete_sync(struct timer_list *timer);
int timer_shutdown_sync(struct timer_list *timer);
int timer_pending(const struct timer_list *timer);

#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)
#define timer_container_of(variable, timer, member) \
	container_of(timer, typeof(*(variable)), member)
#define from_timer(variable, timer, member) timer_container_of(variable, timer, member)
