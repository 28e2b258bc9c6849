#pragma once

static inline int raw_smp_processor_id(void)
{
	return 0;
}

#define smp_processor_id() raw_smp_processor_id()
#define get_cpu() raw_smp_processor_id()
#define put_cpu() ((void)0)

static inline void on_each_cpu(void (*function)(void *data), void *data, int wait)
{
	(void)wait;
	function(data);
}

static inline int smp_call_function_single(int cpu, void (*function)(void *data), void *data,
					   int wait)
{
	(void)cpu;
	on_each_cpu(function, data, wait);
	return 0;
}
