/* Deliberate bug: a page is used where it lies, and neither claimed nor returned. */
#define TRACER_OWN_TAKE
#include "../tracer.h"

static void *tracer_take(const struct kho_mem *description, const struct kho_mem *page)
{
	kho_return_mem(description);
	return phys_to_virt(page->addr);
}

#include "../tracer.c"
