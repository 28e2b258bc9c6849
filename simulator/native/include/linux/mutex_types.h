#pragma once

#include <linux/types.h>

/* One thread runs, so that a lock is either free or locked by who asks for it again. */
struct mutex {
	bool locked;
	const char *name;
};
