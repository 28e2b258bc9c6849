// SPDX-License-Identifier: GPL-2.0
/*
 * A log that outlives the kernel: a ring of records in one folio, and an FDT that says where it is.
 *
 * `kho simulate examples/c-driver/ring.kho.json` runs it over two kexecs. Nothing in this file knows
 * of the simulator: with a Makefile of one line it is a module for Linux 7.1 and later.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#define RING_NAME "ring"
#define RING_COMPATIBLE "ring-v1"
#define RING_ORDER 2
#define RING_MAGIC 0x676e6972

/* What the next kernel finds: numbers only, since it has another direct map. */
struct ring_record {
	u64 sequence;
	u64 value;
};

struct ring_header {
	u32 magic;
	u32 reserved;
	u64 written;
	struct ring_record records[];
};

/* This kernel's; gone with it. */
static struct ring {
	struct folio *folio;
	struct ring_header *header;
	void *fdt;
} *ring;

static u64 ring_capacity(void)
{
	return ((PAGE_SIZE << RING_ORDER) - sizeof(struct ring_header)) /
	       sizeof(struct ring_record);
}

static u64 ring_value(u64 sequence)
{
	return sequence * 0x9e3779b97f4a7c15ULL;
}

/* The workload: scenarios call it by name, as static as it may be. */
static __used void ring_write(int count)
{
	for (int i = 0; i < count; i++) {
		u64 sequence = ring->header->written++;

		ring->header->records[sequence % ring_capacity()] = (struct ring_record){
			.sequence = sequence,
			.value = ring_value(sequence),
		};
	}
}

/* 0 if `count` records were written, by whichever kernels, and the last ones are all there. */
static __used int ring_verify(int count)
{
	u64 written = ring->header->written;
	u64 kept = min(written, ring_capacity());

	if (written != count)
		return -EIO;
	for (u64 sequence = written - kept; sequence < written; sequence++) {
		const struct ring_record *record =
			&ring->header->records[sequence % ring_capacity()];

		if (record->sequence != sequence || record->value != ring_value(sequence))
			return -EIO;
	}
	pr_info("%llu records are as they were written\n", kept);
	return 0;
}

static int ring_begin(void)
{
	ring->folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, RING_ORDER);
	if (!ring->folio)
		return -ENOMEM;
	ring->header = folio_address(ring->folio);
	ring->header->magic = RING_MAGIC;
	return 0;
}

/* Takes the ring of the kernel before; its FDT is not needed any more. */
static int ring_take_over(phys_addr_t phys)
{
	void *fdt = phys_to_virt(phys);
	const u64 *at;
	int len;

	if (fdt_node_check_compatible(fdt, 0, RING_COMPATIBLE))
		return -EINVAL;
	at = fdt_getprop(fdt, 0, "ring", &len);
	if (!at || len != sizeof(*at))
		return -EINVAL;
	ring->folio = kho_restore_folio(get_unaligned(at));
	kho_restore_free(fdt);
	if (!ring->folio)
		return -EIO;
	ring->header = folio_address(ring->folio);
	return ring->header->magic == RING_MAGIC ? 0 : -EINVAL;
}

static int ring_write_fdt(void)
{
	u64 at = virt_to_phys(ring->header), size = folio_size(ring->folio);
	int err;

	err = fdt_create(ring->fdt, PAGE_SIZE);
	err |= fdt_finish_reservemap(ring->fdt);
	err |= fdt_begin_node(ring->fdt, "");
	err |= fdt_property_string(ring->fdt, "compatible", RING_COMPATIBLE);
	err |= fdt_property(ring->fdt, "ring", &at, sizeof(at));
	err |= fdt_property(ring->fdt, "ring-size", &size, sizeof(size));
	err |= fdt_end_node(ring->fdt);
	err |= fdt_finish(ring->fdt);
	return err ? -ENOSPC : 0;
}

/* Preserves the ring and names it for the next kernel; undone in turn if a step fails. */
static int ring_hand_over(void)
{
	int err = kho_preserve_folio(ring->folio);

	if (err)
		return err;
	ring->fdt = kho_alloc_preserve(PAGE_SIZE);
	if (IS_ERR(ring->fdt)) {
		err = PTR_ERR(ring->fdt);
		goto err_unpreserve;
	}
	err = ring_write_fdt();
	if (err)
		goto err_free_fdt;
	err = kho_add_subtree(RING_NAME, ring->fdt, fdt_totalsize(ring->fdt));
	if (err)
		goto err_free_fdt;
	return 0;

err_free_fdt:
	kho_unpreserve_free(ring->fdt);
err_unpreserve:
	kho_unpreserve_folio(ring->folio);
	return err;
}

static int __init ring_init(void)
{
	phys_addr_t phys;
	size_t size;
	int err;

	if (!kho_is_enabled())
		return 0;
	ring = kzalloc(sizeof(*ring), GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	err = kho_retrieve_subtree(RING_NAME, &phys, &size);
	if (err == -ENOENT)
		err = ring_begin();
	else if (!err)
		err = ring_take_over(phys);
	if (err)
		goto err_free;
	err = ring_hand_over();
	if (err)
		goto err_put;
	return 0;

err_put:
	folio_put(ring->folio);
err_free:
	kfree(ring);
	ring = NULL;
	return err;
}
module_init(ring_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A log that outlives the kernel");
