#pragma once

#include <linux/cpumask.h>
#include <linux/slab.h>

#define DEFINE_PER_CPU(type, name) typeof(type) name
#define DECLARE_PER_CPU(type, name) extern typeof(type) name
#define per_cpu(name, cpu) (*((void)(cpu), &(name)))
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define this_cpu_ptr(pointer) (pointer)
#define this_cpu_read(variable) (variable)
#define this_cpu_write(variable, value) ((variable) = (value))
#define this_cpu_inc(variable) ((void)++(variable))
#define this_cpu_add(variable, value) ((void)((variable) += (value)))
#define alloc_percpu(type) ((type *)kzalloc(sizeof(type), GFP_KERNEL))
#define free_percpu(pointer) kfree(pointer)
#define alloc_percpu_gfp(type, gfp) ((type *)kzalloc(sizeof(type), gfp))
#define __alloc_percpu(size, align) ((void)(align), kzalloc(size, GFP_KERNEL))
#define raw_cpu_ptr(pointer) this_cpu_ptr(pointer)
#define __this_cpu_inc(variable) this_cpu_inc(variable)
#define __this_cpu_add(variable, value) this_cpu_add(variable, value)
#define __this_cpu_read(variable) this_cpu_read(variable)
#define __this_cpu_write(variable, value) this_cpu_write(variable, value)
#define this_cpu_dec(variable) ((void)--(variable))
#define get_cpu_ptr(pointer) this_cpu_ptr(pointer)
#define put_cpu_ptr(pointer) ((void)(pointer))
#define get_cpu_var(variable) (variable)
#define put_cpu_var(variable) ((void)&(variable))
