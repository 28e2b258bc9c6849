/* The Live Update Orchestrator: callbacks that take files along. */
#pragma once

#include <kho/live-update-api.h>
#include <kho/release.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/types.h>
#include <uapi/linux/liveupdate.h>
#if KHO_LINUX >= KHO_RELEASE(7, 0)
#include <linux/kho/abi/luo.h>
#else
#define LIVEUPDATE_HNDL_COMPAT_LENGTH 48
#endif

struct file;
struct module;
struct liveupdate_file_handler;
struct liveupdate_flb;
struct liveupdate_session;

struct liveupdate_file_op_args {
	struct liveupdate_file_handler *handler;
#if KHO_LINUX >= KHO_RELEASE(7, 0)
	/* 0: not asked for yet, 1: retrieved, else the error that retrieving it gave. */
	int retrieve_status;
#else
	bool retrieved;
#endif
	struct file *file;
	/* What of the state the next kernel sees: an address of physical memory, mostly. */
	u64 serialized_data;
	void *private_data;
};

struct liveupdate_file_ops {
	bool (*can_preserve)(struct liveupdate_file_handler *handler, struct file *file);
	int (*preserve)(struct liveupdate_file_op_args *args);
	void (*unpreserve)(struct liveupdate_file_op_args *args);
	int (*freeze)(struct liveupdate_file_op_args *args);
	void (*unfreeze)(struct liveupdate_file_op_args *args);
	int (*retrieve)(struct liveupdate_file_op_args *args);
	bool (*can_finish)(struct liveupdate_file_op_args *args);
	void (*finish)(struct liveupdate_file_op_args *args);
#if KHO_LINUX >= KHO_RELEASE(7, 1)
	unsigned long (*get_id)(struct file *file);
#endif
	struct module *owner;
};

struct liveupdate_file_handler {
	const struct liveupdate_file_ops *ops;
	const char compatible[LIVEUPDATE_HNDL_COMPAT_LENGTH];
	struct list_head __private list;
	struct list_head __private flb_list;
};

#if KHO_LINUX >= KHO_RELEASE(7, 0)
struct liveupdate_flb_op_args {
	struct liveupdate_flb *flb;
	u64 data;
	void *obj;
};

struct liveupdate_flb_ops {
	int (*preserve)(struct liveupdate_flb_op_args *argp);
	void (*unpreserve)(struct liveupdate_flb_op_args *argp);
	int (*retrieve)(struct liveupdate_flb_op_args *argp);
	void (*finish)(struct liveupdate_flb_op_args *argp);
	struct module *owner;
};

struct luo_flb_private_state {
	refcount_t count;
	u64 data;
	void *obj;
	struct mutex lock;
	bool finished;
	int retrieve_status;
};

struct luo_flb_private {
	struct list_head list;
	struct luo_flb_private_state outgoing;
	struct luo_flb_private_state incoming;
	int users;
	bool initialized;
};

struct liveupdate_flb {
	const struct liveupdate_flb_ops *ops;
	const char compatible[LIVEUPDATE_FLB_COMPAT_LENGTH];
	struct luo_flb_private __private private;
};

int liveupdate_register_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb);
void liveupdate_unregister_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb);
int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp);
void liveupdate_flb_put_incoming(struct liveupdate_flb *flb);
int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp);
void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb);
#endif

int liveupdate_reboot(void);
