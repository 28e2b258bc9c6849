/*
 * The Live Update Orchestrator, as the release has it. The engine keeps sessions and calls back;
 * what it cannot do while a function of its own is waited for is done here.
 */
#include <kho/release.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "native.h"
#include "open-files.h"

#if KHO_LINUX >= KHO_RELEASE(6, 19)

#if KHO_LINUX >= KHO_RELEASE(7, 0)
#include <linux/kho/abi/memfd.h>
#endif
#include <linux/liveupdate.h>

#define INT(call...) ((int)kho_native_call_int(kho_native_call(call)))
#define HANDLE(pointer) ((unsigned long)(pointer))

enum { MAX_NAMES = 128 };

/* lib/tests/liveupdate.c, where that is a driver: it shares state with every handler. */
__weak void liveupdate_test_register(struct liveupdate_file_handler *fh);

static void add_name(char *names, const char *name, const void *function)
{
	size_t length = strlen(names);

	if (function)
		scnprintf(names + length, MAX_NAMES - length, "%s,", name);
}

bool liveupdate_enabled(void)
{
	return INT("liveupdateEnabled", "");
}

/* A driver may be the kernel's own handler of memory files, which is not built in then. */
static void give_way(const char *compatible)
{
#if KHO_LINUX >= KHO_RELEASE(7, 0)
	if (liveupdate_enabled() && strcmp(compatible, MEMFD_LUO_FH_COMPATIBLE) == 0)
		kho_native_call("memfdsAreMine", "");
#endif
}

int liveupdate_register_file_handler(struct liveupdate_file_handler *fh)
{
	char names[MAX_NAMES] = "";
	int err;

	give_way(fh->compatible);
	add_name(names, "can_preserve", fh->ops->can_preserve);
	add_name(names, "preserve", fh->ops->preserve);
	add_name(names, "unpreserve", fh->ops->unpreserve);
	add_name(names, "freeze", fh->ops->freeze);
	add_name(names, "unfreeze", fh->ops->unfreeze);
	add_name(names, "retrieve", fh->ops->retrieve);
	add_name(names, "can_finish", fh->ops->can_finish);
	add_name(names, "finish", fh->ops->finish);
#if KHO_LINUX >= KHO_RELEASE(7, 1)
	add_name(names, "get_id", fh->ops->get_id);
#endif
	err = INT("liveupdateRegisterFileHandler", "uss", HANDLE(fh), fh->compatible, names);
	if (!err && liveupdate_test_register)
		liveupdate_test_register(fh);
	return err;
}

#if KHO_LINUX >= KHO_RELEASE(7, 1)
void liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh)
{
	kho_native_call("liveupdateUnregisterFileHandler", "u", HANDLE(fh));
}
#else
int liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh)
{
	return INT("liveupdateUnregisterFileHandler", "u", HANDLE(fh));
}
#endif

/* An operation of a handler, and what it left in its arguments. */
static long file_op(const char *op, const unsigned long *values)
{
	struct liveupdate_file_handler *fh = (struct liveupdate_file_handler *)values[0];
	const struct liveupdate_file_ops *ops = fh->ops;
	struct liveupdate_file_op_args args = {
		.handler = fh,
		.file = (struct file *)values[1],
		.serialized_data = values[2],
		.private_data = (void *)values[3],
#if KHO_LINUX >= KHO_RELEASE(7, 0)
		.retrieve_status = (int)values[4],
#else
		.retrieved = (int)values[4] > 0,
#endif
	};
	long result = 0;

	if (strcmp(op, "can_preserve") == 0)
		return ops->can_preserve(fh, args.file);
#if KHO_LINUX >= KHO_RELEASE(7, 1)
	if (strcmp(op, "get_id") == 0) {
		kho_native_call("callbackResult", "u", ops->get_id(args.file));
		return 0;
	}
#endif
	if (strcmp(op, "can_finish") == 0)
		return ops->can_finish(&args);
	if (strcmp(op, "unpreserve") == 0)
		ops->unpreserve(&args);
	else if (strcmp(op, "unfreeze") == 0) {
		ops->unfreeze(&args);
		kho_native_call("callbackResult", "uu", (unsigned long)args.serialized_data,
				HANDLE(args.private_data));
	} else if (strcmp(op, "finish") == 0)
		ops->finish(&args);
	else if (strcmp(op, "retrieve") == 0) {
		kho_native_callback_at(ops->retrieve);
		result = ops->retrieve(&args);
		kho_native_call("callbackResult", "u", HANDLE(args.file));
	} else {
		bool is_freeze = strcmp(op, "freeze") == 0;

		kho_native_callback_at(is_freeze ? ops->freeze : ops->preserve);
		result = is_freeze ? ops->freeze(&args) : ops->preserve(&args);
		kho_native_call("callbackResult", "uu", (unsigned long)args.serialized_data,
				HANDLE(args.private_data));
	}
	return result;
}

#if KHO_LINUX >= KHO_RELEASE(7, 0)

/* What the engine says is to be done before a function returns. */
enum { NOTHING_TO_DO, RETRIEVE, FINISH, UNPRESERVE };

static u64 word_of(const char *question, const struct liveupdate_flb *flb)
{
	return kho_native_call(question, "u", HANDLE(flb))->values[0].number;
}

int liveupdate_register_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb)
{
	char names[MAX_NAMES] = "";

	add_name(names, "preserve", flb->ops->preserve);
	add_name(names, "unpreserve", flb->ops->unpreserve);
	add_name(names, "retrieve", flb->ops->retrieve);
	add_name(names, "finish", flb->ops->finish);
	return INT("liveupdateRegisterFlb", "uuss", HANDLE(fh), HANDLE(flb), flb->compatible,
		   names);
}

void liveupdate_unregister_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb)
{
	kho_native_call("liveupdateUnregisterFlb", "uu", HANDLE(fh), HANDLE(flb));
}

int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp)
{
	int duty = INT("liveupdateFlbGetIncoming", "us", HANDLE(flb), flb->compatible);

	if (duty < 0)
		return duty;
	if (duty == RETRIEVE) {
		struct liveupdate_flb_op_args args = { .flb = flb };
		int err;

		args.data = word_of("flbIncomingData", flb);
		err = flb->ops->retrieve(&args);
		kho_native_call("flbRetrieved", "uiu", HANDLE(flb), (long)err,
				err ? 0UL : HANDLE(args.obj));
		if (err)
			return err;
	}
	*objp = (void *)word_of("flbIncomingObj", flb);
	return 0;
}

int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp)
{
	int err = INT("liveupdateFlbGetOutgoing", "u", HANDLE(flb));

	if (err >= 0)
		*objp = (void *)word_of("flbOutgoingObj", flb);
	return err < 0 ? err : 0;
}

#if KHO_LINUX >= KHO_RELEASE(7, 2)

void liveupdate_flb_put_incoming(struct liveupdate_flb *flb)
{
	struct liveupdate_flb_op_args args = { .flb = flb };

	if (INT("liveupdateFlbPutIncoming", "u", HANDLE(flb)) != FINISH)
		return;
	args.obj = (void *)word_of("flbIncomingObj", flb);
	flb->ops->finish(&args);
	kho_native_call("flbFinished", "u", HANDLE(flb));
}

void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb)
{
	struct liveupdate_flb_op_args args = { .flb = flb };

	if (INT("liveupdateFlbPutOutgoing", "u", HANDLE(flb)) != UNPRESERVE)
		return;
	args.data = word_of("flbOutgoingData", flb);
	args.obj = (void *)word_of("flbOutgoingObj", flb);
	flb->ops->unpreserve(&args);
	kho_native_call("flbUnpreserved", "u", HANDLE(flb));
}

#endif

static long flb_op(const char *op, const unsigned long *values)
{
	struct liveupdate_flb *flb = (struct liveupdate_flb *)values[0];
	struct liveupdate_flb_op_args args = {
		.flb = flb,
		.data = values[1],
		.obj = (void *)values[2],
	};
	long result = 0;

	if (strcmp(op, "preserve") == 0) {
		kho_native_callback_at(flb->ops->preserve);
		result = flb->ops->preserve(&args);
		kho_native_call("callbackResult", "uu", (unsigned long)args.data,
				HANDLE(args.obj));
	} else if (strcmp(op, "retrieve") == 0) {
		kho_native_callback_at(flb->ops->retrieve);
		result = flb->ops->retrieve(&args);
		kho_native_call("callbackResult", "u", HANDLE(args.obj));
	} else if (strcmp(op, "unpreserve") == 0) {
		flb->ops->unpreserve(&args);
	} else {
		flb->ops->finish(&args);
	}
	return result;
}

#endif

long kho_native_handler_callback(const char *name, const unsigned long *args)
{
	const char *op = strchr(name, '.') + 1;

#if KHO_LINUX >= KHO_RELEASE(7, 0)
	if (strncmp(name, "flb.", 4) == 0)
		return flb_op(op, args);
#endif
	return file_op(op, args);
}

#else

long kho_native_handler_callback(const char *name, const unsigned long *args)
{
	return -EINVAL;
}

#endif
