/* The kernel's self-test where notifiers serialize: an abort undoes what was preserved. */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "host.h"
#include "kho_test.h"

static struct kho_test_state state;

int scenario_serialize(void **fdt, size_t *size)
{
	state = (struct kho_test_state){
		.has_data = true,
		.data = { .nr_folios = 3, .folios_info = vmalloc(100) },
	};
	*fdt = kho_test_serialize(&state);
	CHECK(!IS_ERR(*fdt));
	*size = PAGE_SIZE;
	return 0;
}

void scenario_unserialize(void *fdt)
{
	host_abort();
	kho_test_unserialize(fdt);
	vfree(state.data.folios_info);
}

int scenario_deserialize(void *fdt, size_t size, bool compares)
{
	struct kho_test_state next;
	int err;

	/* The size of a blob is in its own header only. */
	if (size < sizeof(struct fdt_header) || fdt_totalsize(fdt) > size)
		return -EINVAL;
	err = kho_test_deserialize(fdt, &next);
	if (err)
		return err;
	if (compares) {
		CHECK(next.has_data && next.data.nr_folios == 3);
		CHECK(next.data.folios_info == state.data.folios_info);
		folio_put(kho_restore_folio(virt_to_phys(fdt)));
	}
	kho_test_release(&next);
	return 0;
}
