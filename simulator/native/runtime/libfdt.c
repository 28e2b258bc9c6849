/*
 * libfdt is the system's, on memory of the driver's. The functions that write are linked to those
 * below (ld --wrap): the engine hears who writes what, may have any of them fail for want of room,
 * and is told when one does.
 */
#include <kho/release.h>
#include <linux/libfdt.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "native.h"

#if KHO_LINUX > KHO_V4

enum { MAX_PLACE = 1024 };

/* Nodes and properties by their path, `/node:property`; empty if that is too long. */
static const char *place_of(const void *fdt, int node, const char *separator, const char *name,
			    int length)
{
	static char place[MAX_PLACE];

	if (fdt_get_path(fdt, node, place, MAX_PLACE / 2) < 0)
		return "";
	/* The root's path ends in a slash, and others do not. */
	if (*separator == '/' && !place[1])
		separator = "";
	int at = strlen(place);

	scnprintf(place + at, sizeof(place) - at, "%s%.*s", separator, length, name);
	return place;
}

/* The error that a call fails with instead of being made, or 0. */
static int injected(const char *function, const void *fdt, int size, const char *text)
{
	return (int)kho_native_call_int(kho_native_call(
		"libfdt", "spis", function, (unsigned long)fdt, (long)size, text));
}

static int told(const char *function, const void *fdt, int error)
{
	if (error == -FDT_ERR_NOSPACE)
		kho_native_call("libfdtFailed", "sp", function, (unsigned long)fdt);
	return error;
}

/* fdt_property() of these arguments is linked to __wrap_fdt_property(). */
#define WRAPPED(name, NAME, fdt, size, text, parameters, arguments...)	\
	int __real_##name parameters;					\
	int __wrap_##name parameters;					\
	int __wrap_##name parameters					\
	{								\
		return injected(NAME, fdt, size, text) ?:		\
		       told(NAME, fdt, __real_##name(arguments));	\
	}

WRAPPED(fdt_create, "fdtCreate", fdt, size, "", (void *fdt, int size), fdt, size)
WRAPPED(fdt_create_with_flags, "fdtCreate", fdt, size, "",
	(void *fdt, int size, unsigned int flags), fdt, size, flags)
WRAPPED(fdt_add_reservemap_entry, "fdtAddReservemapEntry", fdt, 0, "",
	(void *fdt, uint64_t at, uint64_t size), fdt, at, size)
WRAPPED(fdt_finish_reservemap, "fdtFinishReservemap", fdt, 0, "", (void *fdt), fdt)
WRAPPED(fdt_begin_node, "fdtBeginNode", fdt, 0, name, (void *fdt, const char *name), fdt, name)
WRAPPED(fdt_property, "fdtProperty", fdt, 0, name,
	(void *fdt, const char *name, const void *value, int length), fdt, name, value, length)
WRAPPED(fdt_property_placeholder, "fdtProperty", fdt, 0, name,
	(void *fdt, const char *name, int length, void **value), fdt, name, length, value)
WRAPPED(fdt_end_node, "fdtEndNode", fdt, 0, "", (void *fdt), fdt)
WRAPPED(fdt_finish, "fdtFinish", fdt, 0, "", (void *fdt), fdt)

WRAPPED(fdt_create_empty_tree, "fdtCreateEmptyTree", fdt, size, "", (void *fdt, int size), fdt, size)
WRAPPED(fdt_open_into, "fdtOpenInto", to, size, "", (const void *fdt, void *to, int size), fdt, to,
	size)
WRAPPED(fdt_add_subnode_namelen, "fdtAddSubnode", fdt, 0, place_of(fdt, parent, "/", name, length),
	(void *fdt, int parent, const char *name, int length), fdt, parent, name, length)
WRAPPED(fdt_add_subnode, "fdtAddSubnode", fdt, 0, place_of(fdt, parent, "/", name, strlen(name)),
	(void *fdt, int parent, const char *name), fdt, parent, name)
WRAPPED(fdt_setprop, "fdtSetprop", fdt, 0, place_of(fdt, node, ":", name, strlen(name)),
	(void *fdt, int node, const char *name, const void *value, int length), fdt, node, name,
	value, length)
WRAPPED(fdt_setprop_placeholder, "fdtSetprop", fdt, 0,
	place_of(fdt, node, ":", name, strlen(name)),
	(void *fdt, int node, const char *name, int length, void **value), fdt, node, name, length,
	value)
WRAPPED(fdt_appendprop, "fdtAppendprop", fdt, 0, place_of(fdt, node, ":", name, strlen(name)),
	(void *fdt, int node, const char *name, const void *value, int length), fdt, node, name,
	value, length)

#endif
