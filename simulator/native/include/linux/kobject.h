/* Directories of /sys, which a scenario reads and writes by path. */
#pragma once

#include <linux/kref.h>
#include <linux/sysfs.h>
#include <linux/types.h>

struct kobject;

struct kobj_type {
	void (*release)(struct kobject *kobj);
	const struct sysfs_ops *sysfs_ops;
	const struct attribute_group **default_groups;
};

struct kobject {
	const char *name;
	struct kobject *parent;
	const struct kobj_type *ktype;
	struct kref kref;
};

struct kset {
	struct kobject kobj;
};

enum kobject_action {
	KOBJ_ADD,
	KOBJ_REMOVE,
	KOBJ_CHANGE,
};

struct kobj_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kobject *kobj, struct kobj_attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			 size_t count);
};

extern struct kobject *kernel_kobj;
extern struct kobject *firmware_kobj;
extern struct kobject *mm_kobj;
extern const struct sysfs_ops kobj_sysfs_ops;

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype);
int __must_check kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
	__printf(3, 4);
int kobject_set_name(struct kobject *kobj, const char *fmt, ...) __printf(2, 3);
struct kset *kset_create_and_add(const char *name, const void *uevent_ops,
				 struct kobject *parent);
struct kobject *kobject_create_and_add(const char *name, struct kobject *parent);
int __must_check kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype,
				      struct kobject *parent, const char *fmt, ...) __printf(4, 5);
struct kobject *kobject_get(struct kobject *kobj);
void kobject_put(struct kobject *kobj);
void kobject_del(struct kobject *kobj);

/* Nobody listens. */
static inline int kobject_uevent(struct kobject *kobj, enum kobject_action action)
{
	(void)kobj;
	(void)action;
	return 0;
}

static inline void kset_unregister(struct kset *kset)
{
	kobject_put(&kset->kobj);
}

static inline const char *kobject_name(const struct kobject *kobj)
{
	return kobj->name;
}
