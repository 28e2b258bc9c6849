/* Nodes of which there are as many as there are. */
#include <linux/err.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/string.h>

#include "host.h"
#include "memblock_kho.h"

static struct reserve_mem_state regions[] = {
	{ .node_name = "trace", .start = 0x101000000, .size = 0x200000 },
	{ .node_name = "logs", .start = 0x180000000, .size = 0x1000 },
};

static struct memblock_state state = { .reserve_mems = regions, .nr_reserve_mems = 2 };

int scenario_serialize(void **fdt, size_t *size)
{
	*fdt = memblock_kho_serialize(&state);
	if (IS_ERR(*fdt))
		return PTR_ERR(*fdt);
	*size = fdt_totalsize(*fdt);
	return 0;
}

void scenario_unserialize(void *fdt)
{
	memblock_kho_unserialize(fdt);
}

int scenario_deserialize(void *fdt, size_t size, bool compares)
{
	struct memblock_state next;
	int err = memblock_kho_deserialize(fdt, size, &next);

	if (err)
		return err;
	if (compares) {
		CHECK(next.nr_reserve_mems == 2);
		for (int i = 0; i < 2; i++) {
			CHECK(!strcmp(next.reserve_mems[i].node_name, regions[i].node_name));
			CHECK(next.reserve_mems[i].start == regions[i].start);
			CHECK(next.reserve_mems[i].size == regions[i].size);
		}
		kho_restore_free(fdt);
	}
	memblock_kho_release(&next);
	return 0;
}
