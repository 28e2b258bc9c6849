/* Directories of sysfs, and the files in them. */
#include <linux/container_of.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "files.h"

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

static struct kobject kernel_object = { .name = "/sys/kernel" };
static struct kobject firmware_object = { .name = "/sys/firmware" };
static struct kobject mm_object = { .name = "/sys/kernel/mm" };
struct kobject *kernel_kobj = &kernel_object;
struct kobject *firmware_kobj = &firmware_object;
struct kobject *mm_kobj = &mm_object;

static ssize_t kobject_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct kobj_attribute *own = container_of(attr, struct kobj_attribute, attr);

	return own->show ? own->show(kobj, own, buf) : -EIO;
}

static ssize_t kobject_store(struct kobject *kobj, struct attribute *attr, const char *buf,
			     size_t count)
{
	struct kobj_attribute *own = container_of(attr, struct kobj_attribute, attr);

	return own->store ? own->store(kobj, own, buf, count) : -EIO;
}

const struct sysfs_ops kobj_sysfs_ops = { .show = kobject_show, .store = kobject_store };
static const struct kobj_type dynamic_type = { .sysfs_ops = &kobj_sysfs_ops };

static void path_of(const struct kobject *kobj, char *path, size_t size)
{
	char above[MAX_PATH] = "";

	if (kobj->parent) {
		path_of(kobj->parent, above, sizeof(above));
		scnprintf(path, size, "%s/%s", above, kobj->name);
	} else {
		scnprintf(path, size, "%s%s", kobj->name[0] == '/' ? "" : "/sys/", kobj->name);
	}
}

struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	struct kobject *kobj = kho_host_calloc(1, sizeof(*kobj));

	kref_init(&kobj->kref);
	kobj->name = name;
	kobj->parent = parent;
	kobj->ktype = &dynamic_type;
	return kobj;
}

struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj)
		kref_get(&kobj->kref);
	return kobj;
}

void kobject_del(struct kobject *kobj)
{
	char path[MAX_PATH];

	path_of(kobj, path, sizeof(path));
	kho_native_remove_path(path);
}

static void release_kobject(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);

	kobject_del(kobj);
	if (kobj->ktype->release)
		kobj->ktype->release(kobj);
	else
		kho_host_free(kobj);
}

void kobject_put(struct kobject *kobj)
{
	if (kobj)
		kref_put(&kobj->kref, release_kobject);
}

int sysfs_create_file(struct kobject *kobj, const struct attribute *attr)
{
	char folder[MAX_PATH];

	path_of(kobj, folder, sizeof(folder));
	kho_native_add_attribute(folder, kobj, attr);
	return 0;
}

void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	char folder[MAX_PATH], path[MAX_PATH];

	path_of(kobj, folder, sizeof(folder));
	scnprintf(path, sizeof(path), "%s/%s", folder, attr->name);
	kho_native_remove_path(path);
}

static void group_folder(struct kobject *kobj, const struct attribute_group *group, char *folder)
{
	char above[MAX_PATH];

	path_of(kobj, above, sizeof(above));
	scnprintf(folder, MAX_PATH, "%s%s%s", above, group->name ? "/" : "",
		 group->name ? group->name : "");
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group)
{
	char folder[MAX_PATH];

	group_folder(kobj, group, folder);
	for (struct attribute **attr = group->attrs; attr && *attr; attr++)
		kho_native_add_attribute(folder, kobj, *attr);
	return 0;
}

void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *group)
{
	char folder[MAX_PATH], path[MAX_PATH];

	group_folder(kobj, group, folder);
	for (struct attribute **attr = group->attrs; attr && *attr; attr++) {
		scnprintf(path, sizeof(path), "%s/%s", folder, (*attr)->name);
		kho_native_remove_path(path);
	}
}

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vscnprintf(buf, PAGE_SIZE, fmt, args);
	va_end(args);
	return length;
}

int sysfs_emit_at(char *buf, int at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int length = vscnprintf(buf + at, PAGE_SIZE - at, fmt, args);
	va_end(args);
	return length;
}
