#pragma once

#include <linux/smp.h>
#include <linux/types.h>

#define NR_CPUS 1
#define nr_cpu_ids 1U
#define num_online_cpus() 1U
#define num_possible_cpus() 1U
#define cpu_online(cpu) ((cpu) == 0)
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_present_cpu(cpu) for_each_possible_cpu(cpu)
#define num_present_cpus() 1U
#define cpus_read_lock() ((void)0)
#define cpus_read_unlock() ((void)0)
