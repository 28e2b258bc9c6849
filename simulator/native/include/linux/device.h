/* Devices as far as a driver's own state goes: a name, data, and what ends with the device. */
#pragma once

#include <linux/dev_printk.h>
#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/ioport.h>
#include <linux/kobject.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/types.h>

struct class {
	const char *name;
	const struct attribute_group **class_groups;
	const struct attribute_group **dev_groups;
};

struct device_driver {
	const char *name;
	struct module *owner;
	const struct of_device_id *of_match_table;
	const struct attribute_group **groups;
	const struct attribute_group **dev_groups;
};

struct device {
	struct kobject kobj;
	struct device *parent;
	const struct class *class;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
	const char *init_name;
	void *driver_data;
	void *platform_data;
	dev_t devt;
	int numa_node;
};

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf,
			 size_t count);
};

#define DEVICE_ATTR(_name, _mode, _show, _store) \
	struct device_attribute dev_attr_##_name = __ATTR(_name, _mode, _show, _store)
#define DEVICE_ATTR_RO(_name) struct device_attribute dev_attr_##_name = __ATTR_RO(_name)
#define DEVICE_ATTR_WO(_name) struct device_attribute dev_attr_##_name = __ATTR_WO(_name)
#define DEVICE_ATTR_RW(_name) struct device_attribute dev_attr_##_name = __ATTR_RW(_name)

int __must_check device_create_file(struct device *dev, const struct device_attribute *attr);
void device_remove_file(struct device *dev, const struct device_attribute *attr);
int __must_check device_create_bin_file(struct device *dev, const struct bin_attribute *attr);
void device_remove_bin_file(struct device *dev, const struct bin_attribute *attr);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);
void device_initialize(struct device *dev);
int __must_check device_add(struct device *dev);
int __must_check device_register(struct device *dev);
void device_del(struct device *dev);
void device_unregister(struct device *dev);
int dev_set_name(struct device *dev, const char *fmt, ...) __printf(2, 3);

/* Devices of a class are in /sys/class and, those with a number, in /dev. */
struct class *class_create(const char *name);
void class_destroy(const struct class *class);
int __must_check class_register(const struct class *class);
void class_unregister(const struct class *class);
struct device *device_create(const struct class *class, struct device *parent, dev_t devt,
			     void *drvdata, const char *fmt, ...) __printf(5, 6);
struct device *device_create_with_groups(const struct class *class, struct device *parent,
					 dev_t devt, void *drvdata,
					 const struct attribute_group **groups, const char *fmt,
					 ...) __printf(6, 7);
void device_destroy(const struct class *class, dev_t devt);
struct device *root_device_register(const char *name);
void root_device_unregister(struct device *dev);

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : kobject_name(&dev->kobj);
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp) __alloc_size(2);
void devm_kfree(struct device *dev, const void *pointer);
char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...) __printf(3, 4);
int __must_check devm_add_action(struct device *dev, void (*action)(void *data), void *data);
int __must_check devm_add_action_or_reset(struct device *dev, void (*action)(void *data),
					  void *data);

char *devm_kstrdup(struct device *dev, const char *text, gfp_t gfp);
void *devm_kmemdup(struct device *dev, const void *source, size_t size, gfp_t gfp)
	__alloc_size(3);

#define devm_kzalloc(dev, size, gfp) devm_kmalloc(dev, size, (gfp) | __GFP_ZERO)
#define devm_kcalloc(dev, n, size, gfp) devm_kzalloc(dev, size_mul(n, size), gfp)
#define devm_kmalloc_array(dev, n, size, gfp) devm_kmalloc(dev, size_mul(n, size), gfp)
