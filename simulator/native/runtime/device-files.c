/* Devices as directories of sysfs, their classes, and what is in them. */
#include <linux/device.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "files.h"
#include "native.h"

enum { MAX_DEVICES = 256 };

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

static struct kobject devices_object = { .name = "/sys/devices" };
static struct kobject virtual_object = { .name = "virtual", .parent = &devices_object };

/* What device_create() made, for device_destroy(). */
static struct device *created[MAX_DEVICES];

static ssize_t show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct device_attribute *own = container_of(attr, struct device_attribute, attr);

	return own->show ? own->show(container_of(kobj, struct device, kobj), own, buf) : -EIO;
}

static ssize_t store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct device_attribute *own = container_of(attr, struct device_attribute, attr);

	return own->store ? own->store(container_of(kobj, struct device, kobj), own, buf, count) :
			    -EIO;
}

static void release(struct kobject *kobj)
{
	struct device *dev = container_of(kobj, struct device, kobj);

	if (dev->release)
		dev->release(dev);
	else
		dev_warn(dev, "does not have a release() function, it is broken and must be fixed");
}

static const struct sysfs_ops operations = { .show = show, .store = store };
static const struct kobj_type type = { .sysfs_ops = &operations, .release = release };

void device_initialize(struct device *dev)
{
	kobject_init(&dev->kobj, &type);
}

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	dev->kobj.name = kho_native_vname(fmt, args);
	va_end(args);
	dev->init_name = NULL;
	return 0;
}

static struct kobject *folder_of_class(const struct class *class)
{
	struct kobject *folder = kho_host_calloc(1, sizeof(*folder));

	*folder = (struct kobject){ .name = class->name, .parent = &virtual_object };
	return folder;
}

static void link_path(const struct device *dev, char *path)
{
	scnprintf(path, MAX_PATH, "/sys/class/%s/%s", dev->class->name, dev_name(dev));
}

int device_add(struct device *dev)
{
	char path[MAX_PATH], target[MAX_PATH];
	int err;

	if (!dev->kobj.ktype)
		device_initialize(dev);
	if (dev->init_name)
		dev_set_name(dev, "%s", dev->init_name);
	if (!dev->kobj.name)
		return -EINVAL;
	if (dev->parent)
		dev->kobj.parent = &dev->parent->kobj;
	else if (!dev->kobj.parent)
		dev->kobj.parent = dev->class ? folder_of_class(dev->class) : &devices_object;
	err = sysfs_create_groups(&dev->kobj, dev->groups);
	if (!err && dev->class)
		err = sysfs_create_groups(&dev->kobj, dev->class->dev_groups);
	if (err || !dev->class)
		return err;
	link_path(dev, path);
	kho_native_path_of(&dev->kobj, target);
	kho_native_add_link(path, target);
	if (dev->devt)
		kho_native_add_node(dev->devt, dev_name(dev));
	return 0;
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

void device_del(struct device *dev)
{
	char path[MAX_PATH];

	if (dev->devt)
		kho_native_remove_node(dev->devt);
	if (dev->class) {
		link_path(dev, path);
		kho_native_remove_path(path);
	}
	kobject_del(&dev->kobj);
}

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

struct device *get_device(struct device *dev)
{
	if (dev)
		kobject_get(&dev->kobj);
	return dev;
}

void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}

int device_create_file(struct device *dev, const struct device_attribute *attr)
{
	return sysfs_create_file(&dev->kobj, &attr->attr);
}

void device_remove_file(struct device *dev, const struct device_attribute *attr)
{
	sysfs_remove_file(&dev->kobj, &attr->attr);
}

int device_create_bin_file(struct device *dev, const struct bin_attribute *attr)
{
	return sysfs_create_bin_file(&dev->kobj, attr);
}

void device_remove_bin_file(struct device *dev, const struct bin_attribute *attr)
{
	sysfs_remove_bin_file(&dev->kobj, attr);
}

static void release_own(struct device *dev)
{
	kho_host_free(dev);
}

struct device *kho_native_new_device(const struct class *class, struct device *parent,
				     const char *name)
{
	struct device *dev = kho_host_calloc(1, sizeof(*dev));

	device_initialize(dev);
	dev->class = class;
	dev->parent = parent;
	dev->release = release_own;
	dev_set_name(dev, "%s", name);
	return dev;
}

static struct device *create(const struct class *class, struct device *parent, dev_t devt,
			     void *drvdata, const struct attribute_group **groups,
			     const char *name)
{
	struct device *dev = kho_native_new_device(class, parent, name);
	int err;

	dev->devt = devt;
	dev->driver_data = drvdata;
	dev->groups = groups;
	err = device_add(dev);
	if (err)
		return ERR_PTR(err);
	for (int i = 0; i < MAX_DEVICES; i++) {
		if (created[i])
			continue;
		created[i] = dev;
		return dev;
	}
	return ERR_PTR(-ENOMEM);
}

struct device *device_create(const struct class *class, struct device *parent, dev_t devt,
			     void *drvdata, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	const char *name = kho_native_vname(fmt, args);

	va_end(args);
	return create(class, parent, devt, drvdata, NULL, name);
}

struct device *device_create_with_groups(const struct class *class, struct device *parent,
					 dev_t devt, void *drvdata,
					 const struct attribute_group **groups, const char *fmt,
					 ...)
{
	va_list args;

	va_start(args, fmt);
	const char *name = kho_native_vname(fmt, args);

	va_end(args);
	return create(class, parent, devt, drvdata, groups, name);
}

void device_destroy(const struct class *class, dev_t devt)
{
	for (int i = 0; i < MAX_DEVICES; i++) {
		struct device *dev = created[i];

		if (!dev || dev->class != class || dev->devt != devt)
			continue;
		created[i] = NULL;
		device_unregister(dev);
	}
}

struct device *root_device_register(const char *name)
{
	struct device *dev = kho_native_new_device(NULL, NULL, name);
	int err = device_add(dev);

	return err ? ERR_PTR(err) : dev;
}

void root_device_unregister(struct device *dev)
{
	device_unregister(dev);
}

struct class *class_create(const char *name)
{
	struct class *class = kho_host_calloc(1, sizeof(*class));

	class->name = name;
	return class;
}

void class_destroy(const struct class *class)
{
	if (!IS_ERR_OR_NULL(class))
		kho_host_free((void *)class);
}

int class_register(const struct class *class)
{
	return class->name ? 0 : -EINVAL;
}

void class_unregister(const struct class *class)
{
}

/* What has to wait for another device is no error to tell of. */
int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	char text[MAX_PATH];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (err != -EPROBE_DEFER)
		dev_err(dev, "error %pe: %s", ERR_PTR(err), text);
	return err;
}
