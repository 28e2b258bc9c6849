/* Devices of the platform bus, which are matched to their drivers by name, and what devices own. */
#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/platform_device.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "native.h"

enum { MAX_EACH = 64 };

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

struct bound_device {
	struct platform_device device;
	struct platform_driver *driver;
	char name[32];
};

/* What is to be done when a device's driver leaves it. */
struct action {
	struct action *next;
	struct device *dev;
	void (*call)(void *data);
	void *data;
};

static struct bound_device *devices[MAX_EACH];
static struct platform_driver *drivers[MAX_EACH];
static struct action *actions;

static void release_owned(struct device *dev)
{
	for (struct action **at = &actions; *at;) {
		struct action *each = *at;

		if (each->dev != dev) {
			at = &each->next;
			continue;
		}
		*at = each->next;
		each->call(each->data);
		kho_host_free(each);
	}
}

static void bind(struct bound_device *bound, struct platform_driver *driver)
{
	int err;

	if (bound->driver || strcmp(bound->device.name, driver->driver.name) != 0)
		return;
	err = driver->probe ? driver->probe(&bound->device) : 0;
	if (!err)
		err = sysfs_create_groups(&bound->device.dev.kobj, driver->driver.dev_groups);
	if (!err) {
		bound->driver = driver;
		return;
	}
	release_owned(&bound->device.dev);
	dev_err(&bound->device.dev, "probe with driver %s failed with error %d\n",
		driver->driver.name, err);
}

static void unbind(struct bound_device *bound)
{
	if (!bound->driver)
		return;
	sysfs_remove_groups(&bound->device.dev.kobj, bound->driver->driver.dev_groups);
	if (bound->driver->remove)
		bound->driver->remove(&bound->device);
	bound->driver = NULL;
	release_owned(&bound->device.dev);
}

int platform_driver_register(struct platform_driver *driver)
{
	for (int i = 0; i < MAX_EACH; i++) {
		if (drivers[i])
			continue;
		drivers[i] = driver;
		if (driver->shutdown)
			kho_native_wants_reboot(driver->shutdown);
		for (int j = 0; j < MAX_EACH; j++)
			if (devices[j])
				bind(devices[j], driver);
		return 0;
	}
	return -ENOMEM;
}

void platform_driver_unregister(struct platform_driver *driver)
{
	for (int i = 0; i < MAX_EACH; i++) {
		if (devices[i] && devices[i]->driver == driver)
			unbind(devices[i]);
		if (drivers[i] == driver)
			drivers[i] = NULL;
	}
}

static struct kobject platform_object = { .name = "/sys/devices/platform" };

static void release_bound(struct device *dev)
{
	kho_host_free(container_of(dev, struct bound_device, device.dev));
}

/* device_shutdown(): the latest device first. */
void kho_native_shut_down_devices(void)
{
	for (int i = MAX_EACH - 1; i >= 0; i--) {
		struct bound_device *bound = devices[i];

		if (bound && bound->driver && bound->driver->shutdown)
			bound->driver->shutdown(&bound->device);
	}
}

struct platform_device *platform_device_register_simple(const char *name, int id,
							const struct resource *resources,
							unsigned int count)
{
	for (int i = 0; i < MAX_EACH; i++) {
		struct bound_device *bound;

		if (devices[i])
			continue;
		bound = kho_host_calloc(1, sizeof(*bound));
		if (!bound)
			break;
		bound->device.name = name;
		bound->device.id = id;
		if (id < 0)
			strscpy(bound->name, name);
		else
			snprintf(bound->name, sizeof(bound->name), "%s.%d", name, id);
		bound->device.dev.init_name = bound->name;
		bound->device.dev.release = release_bound;
		bound->device.dev.kobj.parent = &platform_object;
		bound->device.num_resources = count;
		bound->device.resource = (struct resource *)resources;
		if (device_register(&bound->device.dev))
			break;
		devices[i] = bound;
		for (int j = 0; j < MAX_EACH; j++)
			if (drivers[j])
				bind(bound, drivers[j]);
		return &bound->device;
	}
	return ERR_PTR(-ENOMEM);
}

void platform_device_unregister(struct platform_device *pdev)
{
	for (int i = 0; i < MAX_EACH; i++) {
		if (!devices[i] || &devices[i]->device != pdev)
			continue;
		unbind(devices[i]);
		devices[i] = NULL;
		device_unregister(&pdev->dev);
	}
}

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int index)
{
	for (unsigned int i = 0; i < pdev->num_resources; i++)
		if ((pdev->resource[i].flags & type) && index-- == 0)
			return &pdev->resource[i];
	return NULL;
}

/* The latest is called first. */
int devm_add_action(struct device *dev, void (*action)(void *data), void *data)
{
	struct action *added = kho_host_calloc(1, sizeof(*added));

	if (!added)
		return -ENOMEM;
	*added = (struct action){ actions, dev, action, data };
	actions = added;
	return 0;
}

int devm_add_action_or_reset(struct device *dev, void (*action)(void *data), void *data)
{
	int err = devm_add_action(dev, action, data);

	if (err)
		action(data);
	return err;
}

static void free_owned(void *pointer)
{
	kfree(pointer);
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	void *pointer = kmalloc(size, gfp);

	if (!pointer || !devm_add_action_or_reset(dev, free_owned, pointer))
		return pointer;
	return NULL;
}

void devm_kfree(struct device *dev, const void *pointer)
{
	for (struct action **at = &actions; *at; at = &(*at)->next) {
		struct action *each = *at;

		if (each->dev != dev || each->call != free_owned || each->data != pointer)
			continue;
		*at = each->next;
		kho_host_free(each);
		break;
	}
	kfree(pointer);
}

void *devm_kmemdup(struct device *dev, const void *source, size_t size, gfp_t gfp)
{
	void *copy = devm_kmalloc(dev, size, gfp);

	if (copy)
		memcpy(copy, source, size);
	return copy;
}

char *devm_kstrdup(struct device *dev, const char *text, gfp_t gfp)
{
	return text ? devm_kmemdup(dev, text, strlen(text) + 1, gfp) : NULL;
}

char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = kvasprintf(gfp, fmt, args);
	va_end(args);
	if (!text || !devm_add_action_or_reset(dev, free_owned, text))
		return text;
	return NULL;
}
