#pragma once

#include <linux/device.h>

struct platform_device {
	const char *name;
	int id;
	struct device dev;
	unsigned int num_resources;
	struct resource *resource;
};

#define PLATFORM_DEVID_NONE (-1)
#define PLATFORM_DEVID_AUTO (-2)
#define to_platform_device(pointer) container_of(pointer, struct platform_device, dev)

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
	void (*remove)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
};

int platform_driver_register(struct platform_driver *driver);
void platform_driver_unregister(struct platform_driver *driver);
struct platform_device *platform_device_register_simple(const char *name, int id,
							const struct resource *resources,
							unsigned int count);
void platform_device_unregister(struct platform_device *pdev);

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type,
				       unsigned int index);

/* No interrupt ever comes. */
static inline int platform_get_irq(struct platform_device *pdev, unsigned int index)
{
	(void)pdev;
	(void)index;
	return -ENXIO;
}

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

#define module_driver(name, register, unregister)        \
	static int __init name##_init(void)              \
	{                                                \
		return register(&name);                  \
	}                                                \
	module_init(name##_init);                        \
	static void __exit name##_exit(void)             \
	{                                                \
		unregister(&name);                       \
	}                                                \
	module_exit(name##_exit)
#define module_platform_driver(name) \
	module_driver(name, platform_driver_register, platform_driver_unregister)
