/* Nodes that other bindings describe, one of which may be missing. */
#include <linux/err.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>

#include "host.h"
#include "luo_kho.h"

static struct luo_state state = {
	.liveupdate_number = 3,
	.luo_session = { .luo_session_header = 0x123456000 },
};

int scenario_serialize(void **fdt, size_t *size)
{
	*fdt = luo_kho_serialize(&state);
	if (IS_ERR(*fdt))
		return PTR_ERR(*fdt);
	*size = fdt_totalsize(*fdt);
	return 0;
}

void scenario_unserialize(void *fdt)
{
	luo_kho_unserialize(fdt);
}

int scenario_deserialize(void *fdt, size_t size, bool compares)
{
	struct luo_state next;
	int err = luo_kho_deserialize(fdt, size, &next);

	if (err || !compares)
		return err;
	CHECK(next.liveupdate_number == 3 && !next.has_luo_flb);
	CHECK(next.luo_session.luo_session_header == 0x123456000);
	kho_restore_free(fdt);
	return 0;
}
