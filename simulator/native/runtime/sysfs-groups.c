/* Files in the directories of sysfs, one by one and in groups. */
#include <linux/kobject.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "files.h"

static void remove_named(const char *folder, const char *name)
{
	char path[MAX_PATH];

	scnprintf(path, sizeof(path), "%s/%s", folder, name);
	kho_native_remove_path(path);
}

int sysfs_create_file(struct kobject *kobj, const struct attribute *attr)
{
	char folder[MAX_PATH];

	kho_native_path_of(kobj, folder);
	kho_native_add_attribute(folder, kobj, attr);
	return 0;
}

void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	char folder[MAX_PATH];

	kho_native_path_of(kobj, folder);
	remove_named(folder, attr->name);
}

int sysfs_create_files(struct kobject *kobj, const struct attribute *const *attrs)
{
	for (; *attrs; attrs++)
		if (sysfs_create_file(kobj, *attrs))
			return -ENOMEM;
	return 0;
}

void sysfs_remove_files(struct kobject *kobj, const struct attribute *const *attrs)
{
	for (; *attrs; attrs++)
		sysfs_remove_file(kobj, *attrs);
}

int sysfs_create_bin_file(struct kobject *kobj, const struct bin_attribute *attr)
{
	char folder[MAX_PATH];

	kho_native_path_of(kobj, folder);
	kho_native_add_bin_attribute(folder, kobj, attr);
	return 0;
}

void sysfs_remove_bin_file(struct kobject *kobj, const struct bin_attribute *attr)
{
	sysfs_remove_file(kobj, &attr->attr);
}

static void group_folder(struct kobject *kobj, const struct attribute_group *group, char *folder)
{
	char above[MAX_PATH];

	kho_native_path_of(kobj, above);
	scnprintf(folder, MAX_PATH, "%s%s%s", above, group->name ? "/" : "",
		  group->name ? group->name : "");
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group)
{
	char folder[MAX_PATH];
	int index = 0;

	group_folder(kobj, group, folder);
	for (struct attribute **attr = group->attrs; attr && *attr; attr++, index++)
		if (!group->is_visible || group->is_visible(kobj, *attr, index))
			kho_native_add_attribute(folder, kobj, *attr);
	for (const struct bin_attribute *const *bin = group->bin_attrs; bin && *bin; bin++)
		kho_native_add_bin_attribute(folder, kobj, *bin);
	return 0;
}

void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *group)
{
	char folder[MAX_PATH];

	group_folder(kobj, group, folder);
	for (struct attribute **attr = group->attrs; attr && *attr; attr++)
		remove_named(folder, (*attr)->name);
	for (const struct bin_attribute *const *bin = group->bin_attrs; bin && *bin; bin++)
		remove_named(folder, (*bin)->attr.name);
}

int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	int err = 0;

	for (; groups && *groups && !err; groups++)
		err = sysfs_create_group(kobj, *groups);
	return err;
}

void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	for (; groups && *groups; groups++)
		sysfs_remove_group(kobj, *groups);
}

int sysfs_create_link(struct kobject *kobj, struct kobject *target, const char *name)
{
	char folder[MAX_PATH], path[MAX_PATH], to[MAX_PATH];

	kho_native_path_of(kobj, folder);
	scnprintf(path, sizeof(path), "%s/%s", folder, name);
	kho_native_path_of(target, to);
	kho_native_add_link(path, to);
	return 0;
}

void sysfs_remove_link(struct kobject *kobj, const char *name)
{
	char folder[MAX_PATH];

	kho_native_path_of(kobj, folder);
	remove_named(folder, name);
}
