/* KHO's functions, as the release has them. The engine answers; here is what C has around that. */
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/string.h>
#if KHO_LINUX >= KHO_RELEASE(7, 0)
#include <linux/kho/abi/kexec_handover.h>
#endif

#include "native.h"
#include "pages.h"

#define INT(call...) ((int)kho_native_call_int(kho_native_call(call)))
#define POINTER(call...) kho_native_call_pointer(kho_native_call(call))

#if KHO_LINUX >= KHO_RELEASE(6, 16)

bool kho_is_enabled(void)
{
	return INT("khoIsEnabled", "");
}

int kho_preserve_folio(struct folio *folio)
{
	return INT("khoPreserveFolio", "p", folio_address(folio));
}

/* The order of what was preserved is known to the engine, which reads it from memory. */
struct folio *kho_restore_folio(phys_addr_t phys)
{
	const struct kho_message *reply = kho_native_call("khoRestoreFolio", "u", phys);
	void *address = kho_native_call_pointer(reply);

	if (!address)
		return NULL;
	/* Behind the address: its order. */
	return (struct folio *)kho_native_new_page(address, (unsigned int)reply->values[1].number,
						   true);
}

#endif

#if KHO_LINUX >= KHO_RELEASE(6, 18)

#if KHO_LINUX >= KHO_RELEASE(7, 0)
typedef unsigned long page_count_t;
#else
typedef unsigned int page_count_t;
#endif

bool is_kho_boot(void)
{
	return INT("isKhoBoot", "");
}

int kho_preserve_pages(struct page *page, page_count_t nr_pages)
{
	return INT("khoPreservePages", "pi", page_address(page), (unsigned long)nr_pages);
}

struct page *kho_restore_pages(phys_addr_t phys, page_count_t nr_pages)
{
	void *address = POINTER("khoRestorePages", "ui", phys, (unsigned long)nr_pages);

	if (!address)
		return NULL;
	for (page_count_t i = 0; i < nr_pages; i++)
		kho_native_new_page((char *)address + i * PAGE_SIZE, 0, false);
	return virt_to_page(address);
}

int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)
{
	const struct kho_message *reply = kho_native_call("khoPreserveVmalloc", "p", ptr);
	struct kho_vmalloc copy;

	if (reply->values[0].kind != 'b')
		return (int)kho_native_call_int(reply);
	memcpy(&copy, reply->values[0].bytes, sizeof(copy));
	*preservation = copy;
	return 0;
}

void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)
{
	struct kho_vmalloc copy = *preservation;

	return POINTER("khoRestoreVmalloc", "b", &copy, sizeof(copy));
}

#endif

#if KHO_LINUX >= KHO_RELEASE(6, 19)

void kho_unpreserve_folio(struct folio *folio)
{
	kho_native_call("khoUnpreserveFolio", "p", folio_address(folio));
}

void kho_unpreserve_pages(struct page *page, page_count_t nr_pages)
{
	kho_native_call("khoUnpreservePages", "pi", page_address(page), (unsigned long)nr_pages);
}

void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)
{
	struct kho_vmalloc copy = *preservation;

	kho_native_call("khoUnpreserveVmalloc", "b", &copy, sizeof(copy));
}

void *kho_alloc_preserve(size_t size)
{
	void *mem = POINTER("khoAllocPreserve", "i", size);

	if (!IS_ERR(mem))
		kho_native_new_page(mem, get_order(size), true);
	return mem;
}

void kho_unpreserve_free(void *mem)
{
	kho_native_call("khoUnpreserveFree", "p", mem);
}

void kho_restore_free(void *mem)
{
	kho_native_call("khoRestoreFree", "p", mem);
}

void kho_remove_subtree(void *blob)
{
	kho_native_call("khoRemoveSubtree", "p", blob);
}

#endif

#if KHO_LINUX >= KHO_RELEASE(6, 16) && KHO_LINUX <= KHO_RELEASE(6, 17)

int kho_preserve_phys(phys_addr_t phys, size_t size)
{
	return INT("khoPreservePhys", "ui", phys, size);
}

#endif

#if KHO_LINUX >= KHO_RELEASE(7, 3)

bool kho_scratch_overlap(phys_addr_t phys, size_t size)
{
	return INT("khoScratchOverlap", "ui", phys, size);
}

#endif

#if KHO_LINUX >= KHO_RELEASE(7, 1)

int kho_add_subtree(const char *name, void *blob, size_t size)
{
	return INT("khoAddSubtree", "spi", name, blob, size);
}

int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)
{
	const struct kho_message *reply = kho_native_call("khoRetrieveSubtree", "s", name);
	unsigned long long at, bytes;

	if (reply->values[0].kind != 'u')
		return (int)kho_native_call_int(reply);
	at = reply->values[0].number;
	bytes = reply->values[1].number;
	*phys = at;
	if (size)
		*size = bytes;
	return 0;
}

#elif KHO_LINUX >= KHO_RELEASE(6, 16)

#if KHO_LINUX >= KHO_RELEASE(6, 19)
int kho_add_subtree(const char *name, void *fdt)
{
	return INT("khoAddSubtree", "sp", name, fdt);
}
#else
/* What notifiers are called with is the engine's handle. */
int kho_add_subtree(struct kho_serialization *ser, const char *name, void *fdt)
{
	return INT("khoAddSubtree", "isp", (unsigned long)ser, name, fdt);
}
#endif

int kho_retrieve_subtree(const char *name, phys_addr_t *phys)
{
	const struct kho_message *reply = kho_native_call("khoRetrieveSubtree", "s", name);
	unsigned long long at;

	if (reply->values[0].kind != 'u')
		return (int)kho_native_call_int(reply);
	at = reply->values[0].number;
	*phys = at;
	return 0;
}

#endif

#if KHO_LINUX >= KHO_RELEASE(6, 16) && KHO_LINUX <= KHO_RELEASE(6, 18)

extern char __executable_start[];

/* The other side knows a callback by where it is in this program. */
static unsigned long offset_of(notifier_fn_t callback)
{
	return (char *)callback - __executable_start;
}

int register_kho_notifier(struct notifier_block *nb)
{
	return INT("registerKhoNotifier", "uu", offset_of(nb->notifier_call), (unsigned long)nb);
}

int unregister_kho_notifier(struct notifier_block *nb)
{
	return INT("unregisterKhoNotifier", "uu", offset_of(nb->notifier_call), (unsigned long)nb);
}

#endif
