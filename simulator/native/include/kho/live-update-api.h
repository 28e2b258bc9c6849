/*
 * What drivers call of the Live Update Orchestrator.
 * Made of the table of releases: UPDATE_GOLDEN=1 with its test writes it anew.
 */
#pragma once

#include <kho/release.h>
#include <linux/types.h>

struct liveupdate_file_handler;
struct liveupdate_flb;

/* True unless live updates are off */
#if KHO_LINUX >= KHO_RELEASE(6, 19)
bool liveupdate_enabled(void);
#endif

/* Preserves files of one kind: -EOPNOTSUPP, -EINVAL, -EEXIST */
#if KHO_LINUX >= KHO_RELEASE(6, 19)
int liveupdate_register_file_handler(struct liveupdate_file_handler *fh);
#endif

/*
 * Ends what liveupdate_register_file_handler began; while no session is open: -EOPNOTSUPP, -EBUSY
 */
#if KHO_LINUX >= KHO_RELEASE(6, 19) && KHO_LINUX <= KHO_RELEASE(7, 0)
int liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh);
#endif

/* Ends what liveupdate_register_file_handler began */
#if KHO_LINUX >= KHO_RELEASE(7, 1)
void liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh);
#endif

/*
 * Ties state that files share to the files of a handler: -EOPNOTSUPP, -EINVAL, -ENOMEM, -EEXIST,
 * -ENOSPC
 */
#if KHO_LINUX >= KHO_RELEASE(7, 0)
int liveupdate_register_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb);
#endif

/* Ends what liveupdate_register_flb began */
#if KHO_LINUX >= KHO_RELEASE(7, 0)
void liveupdate_unregister_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb);
#endif

/* The object that was handed over, retrieved the first time: -EOPNOTSUPP, -ENODATA, -ENOENT */
#if KHO_LINUX >= KHO_RELEASE(7, 0)
int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp);
#endif

/* Drops what liveupdate_flb_get_incoming gave */
#if KHO_LINUX >= KHO_RELEASE(7, 2)
void liveupdate_flb_put_incoming(struct liveupdate_flb *flb);
#endif

/* The object that preserve() made, if a file is preserved: -EOPNOTSUPP, -ENOENT */
#if KHO_LINUX >= KHO_RELEASE(7, 0)
int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp);
#endif

/* Drops what liveupdate_flb_get_outgoing gave */
#if KHO_LINUX >= KHO_RELEASE(7, 2)
void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb);
#endif
