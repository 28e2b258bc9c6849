/* Nothing preempts anything. */
#pragma once

#define preempt_disable() ((void)0)
#define preempt_enable() ((void)0)
#define in_interrupt() 0
#define in_atomic() 0
#define in_task() 1
