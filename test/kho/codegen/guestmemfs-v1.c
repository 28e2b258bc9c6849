/* Ranges one by one and in arrays, and one that is not claimed. */
#include <linux/kexec.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "guestmemfs_kho.h"
#include "host.h"

static void *pages[5];
static struct kho_mem superblock[3];
static struct kho_mem blocks[1];
static struct guestmemfs_state state;

static struct kho_mem range_of(void *page)
{
	return (struct kho_mem){ .addr = virt_to_phys(page), .len = PAGE_SIZE };
}

int scenario_serialize(void **fdt, size_t *size)
{
	*size = PAGE_SIZE;
	*fdt = host_buffer(*size);
	if (!*fdt)
		return -ENOMEM;
	for (int i = 0; i < 5; i++) {
		pages[i] = host_page(i);
		if (!pages[i]) {
			while (i--)
				host_free(pages[i]);
			host_free(*fdt);
			return -ENOMEM;
		}
	}
	for (int i = 0; i < 3; i++)
		superblock[i] = range_of(pages[i]);
	blocks[0] = range_of(pages[3]);
	state = (struct guestmemfs_state){
		.fs_mem = { .mem = { .addr = 0x200000001, .len = 1 << 30 } },
		.superblock = { .mem = superblock, .nr_mem = 3 },
		.mappings_blocks = { .mem = blocks, .nr_mem = 1 },
		.mappings_to_inode = { .mem = range_of(pages[4]), .num_inodes = 1 },
	};
	CHECK(!fdt_create(*fdt, *size) && !fdt_finish_reservemap(*fdt));
	CHECK(!fdt_begin_node(*fdt, "") && !fdt_property_string(*fdt, "compatible", "kho-v1"));
	CHECK(guestmemfs_kho_serialize(*fdt, &state) == 0);
	CHECK(!fdt_end_node(*fdt) && !fdt_finish(*fdt));
	return 0;
}

void scenario_unserialize(void *fdt)
{
	for (int i = 0; i < 5; i++)
		host_free(pages[i]);
	/* What the binding does not admit, and what has no room, is not written. */
	state.superblock.nr_mem = 2;
	CHECK(guestmemfs_kho_serialize(fdt, &state) == -EINVAL);
	state.superblock.nr_mem = 3;
	CHECK(!fdt_create(fdt, 200) && !fdt_finish_reservemap(fdt) && !fdt_begin_node(fdt, ""));
	CHECK(guestmemfs_kho_notify(KEXEC_KHO_DUMP, fdt, &state) == NOTIFY_BAD);
	CHECK(guestmemfs_kho_serialize(fdt, &state) == -ENOSPC);
	host_free(fdt);
}

int scenario_deserialize(void *fdt, size_t size, bool compares)
{
	struct guestmemfs_state next;
	int node, err;

	if (size < sizeof(struct fdt_header) || fdt_check_header(fdt) || fdt_totalsize(fdt) > size)
		return -EINVAL;
	node = fdt_path_offset(fdt, "/guestmemfs");
	if (node < 0)
		return -EINVAL;
	err = guestmemfs_kho_deserialize(fdt, node, &next);
	if (err)
		return err;
	if (compares) {
		CHECK(next.fs_mem.mem.addr == 0x200000001 && next.mappings_to_inode.num_inodes == 1);
		CHECK(!memcmp(next.superblock.mem, superblock, sizeof(superblock)));
		CHECK(!memcmp(next.mappings_blocks.mem, blocks, sizeof(blocks)));
		CHECK(next.mappings_to_inode.mem.addr == virt_to_phys(pages[4]));
		kho_return_mem(&(struct kho_mem){ .addr = virt_to_phys(fdt), .len = size });
	}
	guestmemfs_kho_release(&next);
	return 0;
}
