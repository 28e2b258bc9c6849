/* A node of the FDT that a notifier of the patch series before 6.16 is given. */
#include <linux/kexec.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "ftrace_kho.h"
#include "host.h"

static void *pages[4];
static struct kho_mem mem[4];
static struct trace_event_map events[] = { { .crc32 = 0xdeadbeef, .type = 7 } };
static struct ftrace_cpu_state cpus[] = {
	{ .node_name = "cpu0", .cpu = 0, .mem = mem, .nr_mem = 2 },
	{ .node_name = "cpu1f", .cpu = 0x1f, .mem = mem + 2, .nr_mem = 2 },
};
static struct ftrace_array_state arrays[] = {
	{ .node_name = "global-trace", .trace_flags = 0x12345678, .cpus = cpus, .nr_cpus = 2 },
};
static struct ftrace_state state = {
	.events = events, .nr_events = 1, .arrays = arrays, .nr_arrays = 1,
};

int scenario_serialize(void **fdt, size_t *size)
{
	*size = PAGE_SIZE;
	*fdt = host_buffer(*size);
	if (!*fdt)
		return -ENOMEM;
	for (int i = 0; i < 4; i++) {
		pages[i] = host_page(i);
		if (!pages[i]) {
			while (i--)
				host_free(pages[i]);
			host_free(*fdt);
			return -ENOMEM;
		}
		mem[i] = (struct kho_mem){ .addr = virt_to_phys(pages[i]), .len = PAGE_SIZE };
	}
	CHECK(!fdt_create(*fdt, *size) && !fdt_finish_reservemap(*fdt));
	CHECK(!fdt_begin_node(*fdt, "") && !fdt_property_string(*fdt, "compatible", "kho-v1"));
	CHECK(ftrace_kho_notify(KEXEC_KHO_DUMP, *fdt, &state) == NOTIFY_DONE);
	CHECK(!fdt_end_node(*fdt) && !fdt_finish(*fdt));
	CHECK(ftrace_kho_notify(KEXEC_KHO_ABORT, NULL, &state) == NOTIFY_DONE);
	CHECK(ftrace_kho_notify(2, NULL, &state) == NOTIFY_BAD);
	return 0;
}

void scenario_unserialize(void *fdt)
{
	for (int i = 0; i < 4; i++)
		host_free(pages[i]);
	host_free(fdt);
}

int scenario_deserialize(void *fdt, size_t size, bool compares)
{
	struct ftrace_state next;
	int node, err;

	if (size < sizeof(struct fdt_header) || fdt_check_header(fdt) || fdt_totalsize(fdt) > size)
		return -EINVAL;
	node = fdt_path_offset(fdt, "/ftrace");
	if (node < 0)
		return -EINVAL;
	err = ftrace_kho_deserialize(fdt, node, &next);
	if (err)
		return err;
	if (compares) {
		CHECK(next.nr_events == 1 && !memcmp(next.events, events, sizeof(events)));
		CHECK(next.nr_arrays == 1 && next.arrays[0].trace_flags == 0x12345678);
		CHECK(!strcmp(next.arrays[0].node_name, "global-trace"));
		CHECK(next.arrays[0].nr_cpus == 2);
		for (int i = 0; i < 2; i++) {
			CHECK(next.arrays[0].cpus[i].cpu == cpus[i].cpu);
			CHECK(next.arrays[0].cpus[i].nr_mem == 2);
			CHECK(!memcmp(next.arrays[0].cpus[i].mem, mem + 2 * i, 2 * sizeof(*mem)));
		}
		kho_return_mem(&(struct kho_mem){ .addr = virt_to_phys(fdt), .len = size });
	}
	ftrace_kho_release(&next);
	return 0;
}
