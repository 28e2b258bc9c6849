/* Character devices by number: regions, what is registered in them, and their names in /dev. */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "files.h"
#include "native.h"

enum { MAX_REGIONS = 64, FIRST_DYNAMIC = 254, LAST_DYNAMIC = 234 };

void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

static struct region {
	dev_t from;
	unsigned int count;
	const char *name;
} regions[MAX_REGIONS];

static LIST_HEAD(cdevs);

/* A name in /dev. The engine knows it by its address. */
struct node {
	struct node *next;
	dev_t dev;
	char name[64];
};

static struct node *nodes;

void kho_native_add_node(dev_t dev, const char *name)
{
	struct node *node = kho_host_calloc(1, sizeof(*node));

	node->dev = dev;
	strscpy(node->name, name);
	node->next = nodes;
	nodes = node;
	/* One that is there already is the same device, or user space's own doing. */
	kho_native_call("miscRegister", "su", name, (unsigned long)node);
}

void kho_native_remove_node(dev_t dev)
{
	for (struct node **link = &nodes; *link;) {
		struct node *node = *link;

		if (node->dev != dev) {
			link = &node->next;
			continue;
		}
		*link = node->next;
		kho_native_call("miscDeregister", "s", node->name);
		kho_host_free(node);
	}
}

static struct cdev *cdev_of(dev_t dev)
{
	struct cdev *each;

	list_for_each_entry(each, &cdevs, list)
		if (dev >= each->dev && dev - each->dev < each->count)
			return each;
	return NULL;
}

const struct file_operations *kho_native_find_node(const void *handle, struct inode *inode)
{
	for (const struct node *node = nodes; node; node = node->next) {
		if (node != handle)
			continue;
		inode->i_rdev = node->dev;
		inode->i_cdev = cdev_of(node->dev);
		return inode->i_cdev ? inode->i_cdev->ops : NULL;
	}
	return NULL;
}

static bool is_free(dev_t from, unsigned int count)
{
	for (int i = 0; i < MAX_REGIONS; i++)
		if (regions[i].count && from < regions[i].from + regions[i].count &&
		    regions[i].from < from + count)
			return false;
	return true;
}

int register_chrdev_region(dev_t from, unsigned int count, const char *name)
{
	if (!is_free(from, count))
		return -EBUSY;
	for (int i = 0; i < MAX_REGIONS; i++) {
		if (regions[i].count)
			continue;
		regions[i] = (struct region){ from, count, name };
		return 0;
	}
	return -ENOMEM;
}

int alloc_chrdev_region(dev_t *dev, unsigned int first, unsigned int count, const char *name)
{
	for (unsigned int major = FIRST_DYNAMIC; major >= LAST_DYNAMIC; major--) {
		*dev = MKDEV(major, first);
		if (is_free(MKDEV(major, 0), 1U << MINORBITS))
			return register_chrdev_region(*dev, count, name);
	}
	return -EBUSY;
}

void unregister_chrdev_region(dev_t from, unsigned int count)
{
	for (int i = 0; i < MAX_REGIONS; i++)
		if (regions[i].from == from && regions[i].count == count)
			regions[i].count = 0;
}

void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	*cdev = (struct cdev){ .ops = fops };
	INIT_LIST_HEAD(&cdev->list);
}

struct cdev *cdev_alloc(void)
{
	struct cdev *cdev = kzalloc(sizeof(*cdev), GFP_KERNEL);

	if (cdev)
		cdev_init(cdev, NULL);
	return cdev;
}

int cdev_add(struct cdev *cdev, dev_t dev, unsigned int count)
{
	cdev->dev = dev;
	cdev->count = count;
	list_add(&cdev->list, &cdevs);
	for (int i = 0; i < MAX_REGIONS; i++)
		if (regions[i].count && dev >= regions[i].from &&
		    dev - regions[i].from < regions[i].count)
			kho_native_add_node(dev, regions[i].name);
	return 0;
}

void cdev_del(struct cdev *cdev)
{
	list_del_init(&cdev->list);
	for (unsigned int i = 0; i < cdev->count; i++)
		kho_native_remove_node(cdev->dev + i);
}

int cdev_device_add(struct cdev *cdev, struct device *dev)
{
	int err = cdev_add(cdev, dev->devt, 1);

	if (!err)
		err = device_add(dev);
	if (err)
		cdev_del(cdev);
	return err;
}

void cdev_device_del(struct cdev *cdev, struct device *dev)
{
	device_del(dev);
	cdev_del(cdev);
}

int register_chrdev(unsigned int major, const char *name, const struct file_operations *fops)
{
	struct cdev *cdev;
	dev_t dev = MKDEV(major, 0);
	int err = major ? register_chrdev_region(dev, 256, name) :
			  alloc_chrdev_region(&dev, 0, 256, name);

	if (err)
		return err;
	cdev = kho_host_calloc(1, sizeof(*cdev));
	cdev_init(cdev, fops);
	err = cdev_add(cdev, dev, 256);
	return err ?: major ? 0 : (int)MAJOR(dev);
}

void unregister_chrdev(unsigned int major, const char *name)
{
	struct cdev *cdev = cdev_of(MKDEV(major, 0));

	if (cdev) {
		cdev_del(cdev);
		kho_host_free(cdev);
	}
	unregister_chrdev_region(MKDEV(major, 0), 256);
}
