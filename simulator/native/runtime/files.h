#pragma once

#include <linux/sysfs.h>

enum { MAX_PATH = 256 };

/* Adds a file of sysfs to a folder. */
void kho_native_add_attribute(const char *folder, struct kobject *kobj,
			      const struct attribute *attribute);
/* Takes away a file, or a directory with all that is in it. */
void kho_native_remove_path(const char *path);
