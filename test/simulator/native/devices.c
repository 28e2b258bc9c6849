/* A device of each kind, with files, and what is called before the jump. */
#include <linux/cdev.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kobject.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/proc_fs.h>
#include <linux/reboot.h>
#include <linux/syscore_ops.h>
#include <linux/uaccess.h>

static u32 level = 7;
static char blob[6000];

static ssize_t level_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s %u\n", dev_name(dev), level);
}

static ssize_t level_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	return kstrtou32(buf, 0, &level) ?: (ssize_t)count;
}
static DEVICE_ATTR_RW(level);

static struct attribute *level_attrs[] = { &dev_attr_level.attr, NULL };
ATTRIBUTE_GROUPS(level);

static ssize_t blob_read(struct file *file, struct kobject *kobj, const struct bin_attribute *attr,
			 char *buf, loff_t off, size_t count)
{
	memcpy(buf, blob + off, count);
	return count;
}
static BIN_ATTR_RO(blob, sizeof(blob));

/* A directory of the driver's own kind. */
struct box {
	struct kobject kobj;
	int size;
};

static ssize_t size_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", container_of(kobj, struct box, kobj)->size);
}
static struct kobj_attribute size_attr = __ATTR_RO(size);
static struct attribute *box_attrs[] = { &size_attr.attr, NULL };
ATTRIBUTE_GROUPS(box);

static void box_release(struct kobject *kobj)
{
	pr_info("box %s is gone\n", kobject_name(kobj));
	kfree(container_of(kobj, struct box, kobj));
}

static const struct kobj_type box_type = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = box_release,
	.default_groups = box_groups,
};
static struct box *box;

static int numbered_open(struct inode *inode, struct file *file)
{
	pr_info("minor %u of %s\n", iminor(inode), inode->i_cdev ? "a cdev" : "nothing");
	return 0;
}

static ssize_t numbered_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	return simple_read_from_buffer(buf, count, ppos, "numbered\n", 9);
}

static const struct file_operations numbered_fops = {
	.owner = THIS_MODULE,
	.open = numbered_open,
	.read = numbered_read,
};
static struct cdev cdev;
static struct class *class;
static dev_t number;

static const struct file_operations misc_fops = { .owner = THIS_MODULE, .read = numbered_read };
static struct miscdevice misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "demo-misc",
	.fops = &misc_fops,
	.groups = level_groups,
};

static int proc_show(struct seq_file *m, void *v)
{
	seq_hex_dump(m, "", DUMP_PREFIX_NONE, 16, 1, "AB", 2, true);
	return 0;
}

static int demo_probe(struct platform_device *pdev)
{
	if (pdev->id > 0)
		return dev_err_probe(&pdev->dev, -ENODEV, "id %d is too much\n", pdev->id);
	return device_create_file(&pdev->dev, &dev_attr_level);
}

static void demo_shutdown(struct platform_device *pdev)
{
	pr_info("%s shuts down\n", dev_name(&pdev->dev));
}

static struct platform_driver demo_driver = {
	.probe = demo_probe,
	.shutdown = demo_shutdown,
	.driver = { .name = "demo" },
};

static int rebooted(struct notifier_block *nb, unsigned long action, void *data)
{
	pr_info("%s %lu\n", (char *)data, action);
	return NOTIFY_DONE;
}
static struct notifier_block reboot_nb = { .notifier_call = rebooted };

static void stopped(void)
{
	pr_info("syscore\n");
}
static struct syscore_ops ops = { .shutdown = stopped };

static __used void drop_box(void)
{
	kobject_put(&box->kobj);
}

static int __init devices_init(void)
{
	int err;

	memset(blob, 'b', sizeof(blob));
	box = kzalloc(sizeof(*box), GFP_KERNEL);
	box->size = 12;
	err = kobject_init_and_add(&box->kobj, &box_type, kernel_kobj, "box%d", 3);
	err = err ?: sysfs_create_bin_file(&box->kobj, &bin_attr_blob);
	err = err ?: sysfs_create_link(kernel_kobj, &box->kobj, "first-box");
	err = err ?: alloc_chrdev_region(&number, 0, 2, "demo");
	if (err)
		return err;
	cdev_init(&cdev, &numbered_fops);
	class = class_create("demo-class");
	err = cdev_add(&cdev, number, 2);
	if (err)
		return err;
	if (IS_ERR(device_create_with_groups(class, NULL, number + 1, NULL, level_groups, "demo%d", 1)))
		return -ENODEV;
	err = register_chrdev(0, "old-demo", &numbered_fops);
	if (err < 0)
		return err;
	err = misc_register(&misc);
	dev_info(misc.this_device, "is there\n");
	proc_create_single("demo", 0444, proc_mkdir("folder", NULL), proc_show);
	platform_device_register_simple("demo", -1, NULL, 0);
	platform_device_register_simple("demo", 4, NULL, 0);
	err = err ?: platform_driver_register(&demo_driver);
	register_syscore_ops(&ops);
	return err ?: register_reboot_notifier(&reboot_nb);
}
module_init(devices_init);
