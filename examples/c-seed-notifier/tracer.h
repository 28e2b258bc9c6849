/* What tracer.c is made of, with what the files in bugs/ do otherwise. */
#pragma once

#include <linux/io.h>
#include <linux/kexec.h>
#include <linux/libfdt.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#define TRACER_CPUS 2
#define TRACER_PAGES 4

/* One page of a ring, laid out as the ring buffer's struct buffer_page. */
struct trace_page {
	struct list_head list;
	long filled;
	unsigned int read;
	long entries;
	unsigned long real_end;
	u8 *data;
};

/* Memory that may move lies in scratch, which the next kernel overwrites. */
#ifndef TRACER_GFP
#define TRACER_GFP GFP_KERNEL
#endif

#ifndef TRACER_COMPATIBLE
#define TRACER_COMPATIBLE "ftrace-v1"
#endif

#ifndef TRACER_MEM_CUT
#define TRACER_MEM_CUT 0
#endif

static inline int tracer_write_mem(void *fdt, const struct kho_mem *mem, int length)
{
	return fdt_property(fdt, "mem", mem, length - TRACER_MEM_CUT);
}

#ifndef TRACER_OWN_TAKE
/* A page becomes this kernel's. Its description was read, and shares its page with others. */
static inline void *tracer_take(const struct kho_mem *description, const struct kho_mem *page)
{
	void *data = kho_claim_mem(page);

	kho_return_mem(description);
	return data;
}
#endif
