/*
 * KHO of the patch series before 6.16. Drivers write into one FDT, which is the engine's: it says
 * who wrote what, and what fails for lack of room. So the functions that write are linked to those
 * below (ld --wrap), which tell the engine of what they are called with.
 */
#include <linux/kexec.h>
#include <linux/libfdt.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "native.h"

#if KHO_LINUX <= KHO_V4

#define INT(call...) ((int)kho_native_call_int(kho_native_call(call)))
#define POINTER(call...) kho_native_call_pointer(kho_native_call(call))

/* The engine's numbers for both FDTs. */
enum { INCOMING = 1, OUTGOING = 2 };

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

/* What drivers are handed to write to: an FDT that was begun, in which nothing ever is. */
static char outgoing[256] __aligned(8);
/* A property whose value the driver fills in after it was told where. */
static struct {
	char *name;
	void *value;
	int length;
} unfilled;
/* The previous kernel's, as the driver was told of it. */
static const void *incoming;

extern char __executable_start[];

bool kho_is_active(void)
{
	return INT("khoIsActive", "");
}

bool is_kho_boot(void)
{
	return INT("isKhoBoot", "");
}

const void *kho_get_fdt(void)
{
	incoming = POINTER("khoIncomingFdt", "");
	return incoming;
}

#if KHO_LINUX == KHO_SEED
#define LENGTH_OF(mem) ((mem)->len)
#else
#define LENGTH_OF(mem) ((mem)->size)
#endif

void *kho_claim_mem(const struct kho_mem *mem)
{
	return POINTER("khoClaimMem", "uu", (unsigned long)mem->addr, (unsigned long)LENGTH_OF(mem));
}

void kho_return_mem(const struct kho_mem *mem)
{
	kho_native_call("khoReturnMem", "uu", (unsigned long)mem->addr,
			(unsigned long)LENGTH_OF(mem));
}

static unsigned long offset_of(notifier_fn_t callback)
{
	return (char *)callback - __executable_start;
}

int register_kho_notifier(struct notifier_block *nb)
{
	return INT("registerKhoNotifier", "uui", offset_of(nb->notifier_call), (unsigned long)nb,
		   (unsigned long)nb->priority);
}

int unregister_kho_notifier(struct notifier_block *nb)
{
	return INT("unregisterKhoNotifier", "uui", offset_of(nb->notifier_call), (unsigned long)nb,
		   (unsigned long)nb->priority);
}

static int fill(void)
{
	int error = 0;

	if (!unfilled.name)
		return 0;
	error = INT("fdtProperty", "isb", (unsigned long)OUTGOING, unfilled.name, unfilled.value,
		    (unsigned long)unfilled.length);
	kho_host_free(unfilled.name);
	kho_host_free(unfilled.value);
	unfilled.name = NULL;
	return error;
}

/* What the other side calls in place of a notifier; with an FDT for KEXEC_KHO_DUMP. */
int kho_native_notify(struct notifier_block *nb, unsigned long action, unsigned long with_fdt);
int kho_native_notify(struct notifier_block *nb, unsigned long action, unsigned long with_fdt)
{
	int result;

	unfilled.name = NULL;
	if (with_fdt)
		fdt_create(outgoing, sizeof(outgoing));
	result = nb->notifier_call(nb, action, with_fdt ? outgoing : NULL);
	return fill() ? NOTIFY_BAD : result;
}

int __real_fdt_begin_node(void *fdt, const char *name);
int __wrap_fdt_begin_node(void *fdt, const char *name);
int __real_fdt_property(void *fdt, const char *name, const void *value, int length);
int __wrap_fdt_property(void *fdt, const char *name, const void *value, int length);
int __real_fdt_property_placeholder(void *fdt, const char *name, int length, void **value);
int __wrap_fdt_property_placeholder(void *fdt, const char *name, int length, void **value);
int __real_fdt_end_node(void *fdt);
int __wrap_fdt_end_node(void *fdt);
int __real_fdt_node_check_compatible(const void *fdt, int node, const char *compatible);
int __wrap_fdt_node_check_compatible(const void *fdt, int node, const char *compatible);

int __wrap_fdt_begin_node(void *fdt, const char *name)
{
	if (fdt != outgoing)
		return __real_fdt_begin_node(fdt, name);
	return fill() ?: INT("fdtBeginNode", "is", (unsigned long)OUTGOING, name);
}

int __wrap_fdt_property(void *fdt, const char *name, const void *value, int length)
{
	if (fdt != outgoing)
		return __real_fdt_property(fdt, name, value, length);
	if (length < 0)
		return -FDT_ERR_BADVALUE;
	return fill() ?: INT("fdtProperty", "isb", (unsigned long)OUTGOING, name, value,
			     (unsigned long)length);
}

int __wrap_fdt_property_placeholder(void *fdt, const char *name, int length, void **value)
{
	int error;

	if (fdt != outgoing)
		return __real_fdt_property_placeholder(fdt, name, length, value);
	error = fill();
	if (error)
		return error;
	if (length < 0)
		return -FDT_ERR_BADVALUE;
	unfilled.name = kho_host_calloc(1, strlen(name) + 1);
	unfilled.value = kho_host_calloc(1, length + 1);
	if (!unfilled.name || !unfilled.value)
		kho_native_oops("%s: a property of %d bytes", "fdt_property_placeholder()", length);
	strcpy(unfilled.name, name);
	unfilled.length = length;
	*value = unfilled.value;
	return 0;
}

int __wrap_fdt_end_node(void *fdt)
{
	if (fdt != outgoing)
		return __real_fdt_end_node(fdt);
	return fill() ?: INT("fdtEndNode", "i", (unsigned long)OUTGOING);
}

/* The answer is a finding if it is no to all that a driver knows. */
int __wrap_fdt_node_check_compatible(const void *fdt, int node, const char *compatible)
{
	if (!fdt || fdt != incoming)
		return __real_fdt_node_check_compatible(fdt, node, compatible);
	return INT("fdtNodeCheckCompatible", "iis", (unsigned long)INCOMING, (unsigned long)node,
		   compatible);
}

#endif
