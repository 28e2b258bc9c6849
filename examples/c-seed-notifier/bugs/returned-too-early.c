/* Deliberate bug: a page is returned, which frees it, and then used. */
#define TRACER_OWN_TAKE
#include "../tracer.h"

static void *tracer_take(const struct kho_mem *description, const struct kho_mem *page)
{
	kho_return_mem(description);
	kho_return_mem(page);
	return phys_to_virt(page->addr);
}

#include "../tracer.c"
