/* Every type, every constraint, every way to hand over memory. */
#include <linux/err.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "everything_kho.h"
#include "host.h"

static const u8 octets[] = { 1, 2, 3 };
static const u64 offsets[] = { 0x1122334455667788, 2 };
static const struct everything_pairs_ser pairs[] = { { 1, 2 }, { 3, 4 } };
static struct everything_slot_state slots[2];
static struct folio *frames[2];
static struct everything_state state;

static bool is_complete(void)
{
	return state.page && state.range && !IS_ERR_OR_NULL(state.buffer) && state.table &&
	       state.child.area && frames[0] && frames[1] && slots[0].page && slots[1].page;
}

static void free_state(void)
{
	if (state.page)
		folio_put(state.page);
	for (int i = 0; state.range && i < 2; i++)
		put_page(state.range + i);
	if (!IS_ERR_OR_NULL(state.buffer))
		kho_unpreserve_free(state.buffer);
	vfree(state.table);
	vfree(state.child.area);
	for (int i = 0; i < 2; i++) {
		if (slots[i].page)
			folio_put(slots[i].page);
		if (frames[i])
			folio_put(frames[i]);
	}
}

int scenario_serialize(void **fdt, size_t *size)
{
	for (int i = 0; i < 2; i++)
		frames[i] = folio_alloc(GFP_KERNEL, 0);
	for (int i = 0; i < 2; i++)
		slots[i] = (struct everything_slot_state){
			.node_name = i ? "slot1" : "slot0",
			.page = folio_alloc(GFP_KERNEL, 0),
		};
	state = (struct everything_state){
		.register_ = 0x7f,
		.half = 0x8000,
		.wide = 0x7ffffffffffffff8,
		.is_set = true,
		.label = "a label",
		.mode = "slow",
		.names = "one\0two",
		.names_len = 8,
		.octets = (u8 *)octets,
		.nr_octets = 3,
		.offsets = (u64 *)offsets,
		.nr_offsets = 2,
		.pairs = (struct everything_pairs_ser *)pairs,
		.nr_pairs = 2,
		.page = folio_alloc(GFP_KERNEL, 1),
		.frames = frames,
		.nr_frames = 2,
		.buffer = kho_alloc_preserve(100),
		.range = alloc_pages(GFP_KERNEL, 1),
		.range_bytes = 2 * PAGE_SIZE,
		.table = vmalloc(3 * PAGE_SIZE),
		.has_child = true,
		.child = { .area = vmalloc(10) },
		.slots = slots,
		.nr_slots = 2,
	};
	*fdt = is_complete() ? everything_kho_serialize(&state) : ERR_PTR(-ENOMEM);
	if (IS_ERR(*fdt)) {
		free_state();
		return PTR_ERR(*fdt);
	}
	*size = fdt_totalsize(*fdt);
	return 0;
}

void scenario_unserialize(void *fdt)
{
	struct everything_state wrong = state;

	everything_kho_unserialize(fdt, &state);
	/* What the binding does not admit is not written. */
	wrong.half = 3;
	CHECK(PTR_ERR(everything_kho_serialize(&wrong)) == -EINVAL);
	wrong = state;
	wrong.wide = 9;
	CHECK(PTR_ERR(everything_kho_serialize(&wrong)) == -EINVAL);
	wrong = state;
	wrong.nr_octets = 5;
	CHECK(PTR_ERR(everything_kho_serialize(&wrong)) == -EINVAL);
	wrong = state;
	wrong.nr_offsets = 1;
	CHECK(PTR_ERR(everything_kho_serialize(&wrong)) == -EINVAL);
	wrong = state;
	wrong.mode = "idle";
	CHECK(PTR_ERR(everything_kho_serialize(&wrong)) == -EINVAL);
	wrong = state;
	wrong.page = NULL;
	CHECK(PTR_ERR(everything_kho_serialize(&wrong)) == -EINVAL);
	free_state();
}

static void compare(const struct everything_state *next)
{
	CHECK(next->register_ == 0x7f && next->half == 0x8000);
	CHECK(next->wide == 0x7ffffffffffffff8 && !next->has_maybe_wide && next->is_set);
	CHECK(!strcmp(next->label, "a label") && !strcmp(next->mode, "slow"));
	CHECK(next->names_len == 8 && !memcmp(next->names, "one\0two", 8) && !next->raw);
	CHECK(next->nr_octets == 3 && !memcmp(next->octets, octets, 3));
	CHECK(next->nr_offsets == 2 && !memcmp(next->offsets, offsets, sizeof(offsets)));
	CHECK(next->nr_pairs == 2 && !memcmp(next->pairs, pairs, sizeof(pairs)));
	CHECK(next->page == state.page && !next->maybe_page && next->range == state.range);
	CHECK(next->nr_frames == 2 && !memcmp(next->frames, frames, sizeof(frames)));
	CHECK(!next->nr_maybe_frames);
	CHECK(next->buffer == state.buffer && next->table == state.table);
	CHECK(next->has_child && next->child.area == state.child.area && next->nr_slots == 2);
	CHECK(!strcmp(next->slots[1].node_name, "slot1") && next->slots[1].page == slots[1].page);
}

int scenario_deserialize(void *fdt, size_t size, bool compares)
{
	struct everything_state next;
	int err = everything_kho_deserialize(fdt, size, &next);

	if (err)
		return err;
	if (compares) {
		compare(&next);
		kho_restore_free(fdt);
	}
	everything_kho_release(&next);
	return 0;
}
