/* Devices as far as a driver's own state goes: a name, data, and what ends with the device. */
#pragma once

#include <linux/dev_printk.h>
#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/types.h>

struct device {
	struct kobject kobj;
	struct device *parent;
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

#define DEVICE_ATTR_RO(_name) struct device_attribute dev_attr_##_name = __ATTR_RO(_name)
#define DEVICE_ATTR_WO(_name) struct device_attribute dev_attr_##_name = __ATTR_WO(_name)
#define DEVICE_ATTR_RW(_name) struct device_attribute dev_attr_##_name = __ATTR_RW(_name)

int __must_check device_create_file(struct device *dev, const struct device_attribute *attr);
void device_remove_file(struct device *dev, const struct device_attribute *attr);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);

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

#define devm_kzalloc(dev, size, gfp) devm_kmalloc(dev, size, (gfp) | __GFP_ZERO)
#define devm_kcalloc(dev, n, size, gfp) devm_kzalloc(dev, size_mul(n, size), gfp)
#define devm_kmalloc_array(dev, n, size, gfp) devm_kmalloc(dev, size_mul(n, size), gfp)
