/* Directories of sysfs, and the files in them. */
#include <linux/container_of.h>
#include <linux/kobject.h>
#include <linux/printk.h>
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
void kho_native_path_of(const struct kobject *kobj, char *path)
{
	char above[MAX_PATH] = "";

	if (kobj->parent) {
		kho_native_path_of(kobj->parent, above);
		scnprintf(path, MAX_PATH, "%s/%s", above, kobj->name);
	} else {
		scnprintf(path, MAX_PATH, "%s%s", kobj->name[0] == '/' ? "" : "/sys/", kobj->name);
	}
}

const char *kho_native_vname(const char *fmt, va_list args)
{
	char name[MAX_PATH], *copy;
	int length = vscnprintf(name, sizeof(name), fmt, args);

	copy = kho_host_calloc(1, length + 1);
	memcpy(copy, name, length);
	return copy;
}

static void release_dynamic(struct kobject *kobj)
{
	kho_host_free(kobj);
}

static const struct kobj_type dynamic_type = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = release_dynamic,
};

struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	struct kobject *kobj = kho_host_calloc(1, sizeof(*kobj));

	kobject_init(kobj, &dynamic_type);
	if (kobject_add(kobj, parent, "%s", name)) {
		kobject_put(kobj);
		return NULL;
	}
	return kobj;
}

struct kset *kset_create_and_add(const char *name, const void *uevent_ops, struct kobject *parent)
{
	struct kset *kset = kho_host_calloc(1, sizeof(*kset));

	kobject_init(&kset->kobj, &dynamic_type);
	if (kobject_add(&kset->kobj, parent, "%s", name)) {
		kobject_put(&kset->kobj);
		return NULL;
	}
	return kset;
}

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	kref_init(&kobj->kref);
	kobj->ktype = ktype;
}

int kobject_set_name(struct kobject *kobj, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	kobj->name = kho_native_vname(fmt, args);
	va_end(args);
	return 0;
}

static int add_named(struct kobject *kobj, struct kobject *parent, const char *name)
{
	kobj->name = name;
	kobj->parent = parent;
	if (!name[0])
		return -EINVAL;
	return kobj->ktype->default_groups ? sysfs_create_groups(kobj, kobj->ktype->default_groups) :
					     0;
}

int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	const char *name = kho_native_vname(fmt, args);

	va_end(args);
	return add_named(kobj, parent, name);
}

int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype,
			 struct kobject *parent, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	const char *name = kho_native_vname(fmt, args);

	va_end(args);
	kobject_init(kobj, ktype);
	return add_named(kobj, parent, name);
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

	if (!kobj || !kobj->name)
		return;
	kho_native_path_of(kobj, path);
	kho_native_remove_path(path);
}

static void release_kobject(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);

	kobject_del(kobj);
	if (kobj->ktype->release)
		kobj->ktype->release(kobj);
	else
		_printk("kobject: '%s' does not have a release() function, it is broken and must be "
			"fixed",
			kobj->name);
}

void kobject_put(struct kobject *kobj)
{
	if (kobj)
		kref_put(&kobj->kref, release_kobject);
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
