/* The kernel's self-test, with one vmalloc area. */
#include <linux/err.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/vmalloc.h>

#include "host.h"
#include "kho_test.h"

static struct kho_test_state state;

int scenario_serialize(void **fdt, size_t *size)
{
	state = (struct kho_test_state){
		.has_data = true,
		.data = { .nr_folios = 3, .csum = 0x89abcdef, .folios_info = vmalloc(100) },
	};
	if (!state.data.folios_info)
		return -ENOMEM;
	*fdt = kho_test_serialize(&state);
	if (IS_ERR(*fdt)) {
		vfree(state.data.folios_info);
		return PTR_ERR(*fdt);
	}
	*size = fdt_totalsize(*fdt);
	return 0;
}

void scenario_unserialize(void *fdt)
{
	kho_test_unserialize(fdt, &state);
	vfree(state.data.folios_info);
}

int scenario_deserialize(void *fdt, size_t size, bool compares)
{
	struct kho_test_state next;
	int err = kho_test_deserialize(fdt, size, &next);

	if (err)
		return err;
	if (compares) {
		CHECK(next.has_data && next.data.nr_folios == 3 && next.data.csum == 0x89abcdef);
		CHECK(next.data.folios_info == state.data.folios_info);
		kho_restore_free(fdt);
	}
	kho_test_release(&next);
	return 0;
}
