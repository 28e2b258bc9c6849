/* Deliberate bug: every page is claimed twice. */
#define TRACER_OWN_TAKE
#include "../tracer.h"

static void *tracer_take(const struct kho_mem *description, const struct kho_mem *page)
{
	kho_claim_mem(page);
	kho_return_mem(description);
	return kho_claim_mem(page);
}

#include "../tracer.c"
