#pragma once

static inline int raw_smp_processor_id(void)
{
	return 0;
}

#define smp_processor_id() raw_smp_processor_id()
#define get_cpu() raw_smp_processor_id()
#define put_cpu() ((void)0)
