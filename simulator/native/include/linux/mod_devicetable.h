/* What devices drivers are for: tables that nobody reads, since devices are matched by name. */
#pragma once

#include <linux/types.h>

struct of_device_id {
	char name[32];
	char type[32];
	char compatible[128];
	const void *data;
};

struct platform_device_id {
	char name[24];
	unsigned long driver_data;
};
