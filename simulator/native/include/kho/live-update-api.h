/*
 * What drivers call of the Live Update Orchestrator.
 * Made of the table of releases: UPDATE_GOLDEN=1 with its test writes it anew.
 */
#pragma once

#include <kho/release.h>
#include <linux/types.h>

struct liveupdate_file_handler;

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
