// SPDX-License-Identifier: GPL-2.0
/*
 * The tracer's ring buffers, carried over a kexec by the patch series of January 2024
 * (<20240117144704.602-1-graf@amazon.com>), in small: one ring for each of two CPUs, whose pages the
 * next kernel puts in the place of its own.
 *
 * `kho simulate examples/c-seed-notifier/tracer.kho.json` runs it over one kexec.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "tracer.h"

#define TRACER_FLAGS 0x3354601

static struct trace_page *rings[TRACER_CPUS][TRACER_PAGES];

/* Fingerprint and type number of every event; the next kernel numbers its events alike. */
static const u32 tracer_events[] = { 1, 1, 2, 2, 3, 3 };

static u8 tracer_byte(int cpu, int index, int at)
{
	return at * 7 + cpu * 31 + index * 13;
}

static int tracer_alloc(void)
{
	for (int cpu = 0; cpu < TRACER_CPUS; cpu++) {
		for (int i = 0; i < TRACER_PAGES; i++) {
			struct trace_page *page = kzalloc(sizeof(*page), GFP_KERNEL);

			if (!page)
				return -ENOMEM;
			page->data = (void *)__get_free_pages(TRACER_GFP, 0);
			rings[cpu][i] = page;
			if (!page->data)
				return -ENOMEM;
		}
	}
	return 0;
}

static void tracer_free(void)
{
	for (int cpu = 0; cpu < TRACER_CPUS; cpu++) {
		for (int i = 0; i < TRACER_PAGES; i++) {
			if (rings[cpu][i])
				free_page((unsigned long)rings[cpu][i]->data);
			kfree(rings[cpu][i]);
			rings[cpu][i] = NULL;
		}
	}
}

/* The workload: fills every page with bytes that tracer_verify() knows. */
static __used void tracer_record(void)
{
	for (int cpu = 0; cpu < TRACER_CPUS; cpu++) {
		for (int i = 0; i < TRACER_PAGES; i++) {
			for (int at = 0; at < PAGE_SIZE; at++)
				rings[cpu][i]->data[at] = tracer_byte(cpu, i, at);
			rings[cpu][i]->filled = PAGE_SIZE;
		}
	}
}

/* Whether every ring holds what tracer_record() wrote in the kernel before. */
static int tracer_verify(void)
{
	for (int cpu = 0; cpu < TRACER_CPUS; cpu++) {
		for (int i = 0; i < TRACER_PAGES; i++) {
			for (int at = 0; at < rings[cpu][i]->filled; at++) {
				if (rings[cpu][i]->data[at] == tracer_byte(cpu, i, at))
					continue;
				pr_err("cpu%d page %d differs at byte %d\n", cpu, i, at);
				return -EIO;
			}
		}
	}
	pr_info("%d pages of %d CPUs are as they were\n", TRACER_CPUS * TRACER_PAGES, TRACER_CPUS);
	return 0;
}

/* What the next kernel must find: for every page its description, then the page itself. */
static int tracer_dump_cpu(void *fdt, u32 cpu)
{
	struct kho_mem mem[2 * TRACER_PAGES];
	char name[16];
	int err = 0;

	for (int i = 0; i < TRACER_PAGES; i++) {
		struct trace_page *page = rings[cpu][i];

		mem[2 * i] = (struct kho_mem){ virt_to_phys(page), sizeof(*page) };
		mem[2 * i + 1] = (struct kho_mem){ virt_to_phys(page->data), PAGE_SIZE };
	}
	snprintf(name, sizeof(name), "cpu%x", cpu);
	err |= fdt_begin_node(fdt, name);
	err |= fdt_property_string(fdt, "compatible", "ftrace,cpu-v1");
	err |= fdt_property(fdt, "cpu", &cpu, sizeof(cpu));
	err |= tracer_write_mem(fdt, mem, sizeof(mem));
	err |= fdt_end_node(fdt);
	return err;
}

static int tracer_dump(void *fdt)
{
	const u32 flags = TRACER_FLAGS;
	int err = 0;

	err |= fdt_begin_node(fdt, "ftrace");
	err |= fdt_property_string(fdt, "compatible", "ftrace-v1");
	err |= fdt_property(fdt, "events", tracer_events, sizeof(tracer_events));
	err |= fdt_begin_node(fdt, "global-trace");
	err |= fdt_property_string(fdt, "compatible", "ftrace,array-v1");
	err |= fdt_property(fdt, "trace-flags", &flags, sizeof(flags));
	for (u32 cpu = 0; cpu < TRACER_CPUS; cpu++)
		err |= tracer_dump_cpu(fdt, cpu);
	err |= fdt_end_node(fdt);
	err |= fdt_end_node(fdt);
	return err;
}

static int tracer_notify(struct notifier_block *nb, unsigned long cmd, void *fdt)
{
	switch (cmd) {
	case KEXEC_KHO_DUMP:
		return tracer_dump(fdt) ? NOTIFY_BAD : NOTIFY_DONE;
	case KEXEC_KHO_ABORT:
		return NOTIFY_DONE;
	default:
		return NOTIFY_BAD;
	}
}

static struct notifier_block tracer_nb = { .notifier_call = tracer_notify };

/* Puts the pages of the kernel before where this kernel's were. */
static int tracer_restore_cpu(const void *fdt, int array, int cpu)
{
	const struct kho_mem *mem;
	int node, length;
	char name[16];

	snprintf(name, sizeof(name), "cpu%x", cpu);
	node = fdt_subnode_offset(fdt, array, name);
	if (node < 0 || fdt_node_check_compatible(fdt, node, "ftrace,cpu-v1"))
		return -EINVAL;
	mem = fdt_getprop(fdt, node, "mem", &length);
	if (!mem || length != 2 * TRACER_PAGES * sizeof(*mem))
		return -EINVAL;
	for (int i = 0; i < TRACER_PAGES; i++) {
		const struct trace_page *before = phys_to_virt(mem[2 * i].addr);
		struct trace_page *page = rings[cpu][i];

		/* Its pointer to the data is one of the kernel before: of no use here. */
		page->filled = before->filled;
		free_page((unsigned long)page->data);
		page->data = tracer_take(&mem[2 * i], &mem[2 * i + 1]);
	}
	return 0;
}

static int tracer_restore(const void *fdt)
{
	int node = fdt_path_offset(fdt, "/ftrace");
	int array, err = 0;

	if (node < 0)
		return 0;
	if (fdt_node_check_compatible(fdt, node, TRACER_COMPATIBLE))
		return -EINVAL;
	array = fdt_subnode_offset(fdt, node, "global-trace");
	if (array < 0 || fdt_node_check_compatible(fdt, array, "ftrace,array-v1"))
		return -EINVAL;
	for (int cpu = 0; cpu < TRACER_CPUS && !err; cpu++)
		err = tracer_restore_cpu(fdt, array, cpu);
	return err ?: tracer_verify();
}

static int __init tracer_init(void)
{
	const void *fdt = kho_get_fdt();
	int err = tracer_alloc();

	if (!err && fdt)
		err = tracer_restore(fdt);
	if (!err)
		err = register_kho_notifier(&tracer_nb);
	if (err)
		tracer_free();
	return err;
}
late_initcall(tracer_init);
