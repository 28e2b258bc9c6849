// SPDX-License-Identifier: MIT
/*
 * A misc device whose open files survive a live update: /dev/slate keeps what is written to it, each
 * open file for itself, and a file handler takes that along.
 *
 * What the next kernel gets is a struct slate_ser, whose text is in the same folio.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define SLATE_BYTES 1024

/* One for each open file. */
struct slate {
	size_t length;
	char text[SLATE_BYTES];
};

/* For the next kernel: slate-v1. */
struct slate_ser {
	u64 pos;
	u64 length;
	char text[SLATE_BYTES];
};

static int slate_open(struct inode *inode, struct file *file)
{
	struct slate *slate = kzalloc(sizeof(*slate), GFP_KERNEL);

	if (!slate)
		return -ENOMEM;
	file->private_data = slate;
	return 0;
}

static int slate_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static ssize_t slate_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	struct slate *slate = file->private_data;

	return simple_read_from_buffer(buf, count, ppos, slate->text, slate->length);
}

static ssize_t slate_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	struct slate *slate = file->private_data;
	size_t room = SLATE_BYTES - slate->length;

	if (count > room)
		count = room;
	if (!count)
		return -ENOSPC;
	if (copy_from_user(slate->text + slate->length, buf, count))
		return -EFAULT;
	slate->length += count;
	return (ssize_t)count;
}

static const struct file_operations slate_fops = {
	.owner = THIS_MODULE,
	.open = slate_open,
	.release = slate_release,
	.read = slate_read,
	.write = slate_write,
};

static struct miscdevice slate_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "slate",
	.fops = &slate_fops,
};

static bool slate_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &slate_fops;
}

static int slate_preserve(struct liveupdate_file_op_args *args)
{
	struct slate_ser *ser = kho_alloc_preserve(sizeof(*ser));

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	args->serialized_data = virt_to_phys(ser);
	return 0;
}

static void slate_unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(phys_to_virt(args->serialized_data));
}

/* User space may write until the jump: what is on the slate is taken down last. */
static int slate_freeze(struct liveupdate_file_op_args *args)
{
	struct slate_ser *ser = phys_to_virt(args->serialized_data);
	struct slate *slate = args->file->private_data;

	ser->pos = (u64)args->file->f_pos;
	ser->length = slate->length;
	memcpy(ser->text, slate->text, slate->length);
	return 0;
}

static int slate_retrieve(struct liveupdate_file_op_args *args)
{
	struct slate_ser *ser = phys_to_virt(args->serialized_data);
	struct slate *slate;
	struct file *file;
	int err = 0;

	slate = kzalloc(sizeof(*slate), GFP_KERNEL);
	if (!slate) {
		err = -ENOMEM;
		goto out;
	}
	if (ser->length > SLATE_BYTES) {
		err = -EINVAL;
		goto err_free;
	}
	slate->length = ser->length;
	memcpy(slate->text, ser->text, ser->length);
	file = anon_inode_getfile("[slate]", &slate_fops, slate, O_RDWR);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto err_free;
	}
	file->f_pos = (loff_t)ser->pos;
	args->file = file;
	goto out;

err_free:
	kfree(slate);
out:
	/* Nobody asks again, whatever comes of it. */
	kho_restore_free(ser);
	return err;
}

static void slate_finish(struct liveupdate_file_op_args *args)
{
	if (args->retrieve_status == 0)
		kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops slate_file_ops = {
	.can_preserve = slate_can_preserve,
	.preserve = slate_preserve,
	.unpreserve = slate_unpreserve,
	.freeze = slate_freeze,
	.retrieve = slate_retrieve,
	.finish = slate_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler slate_handler = {
	.ops = &slate_file_ops,
	.compatible = "slate-v1",
};

static int __init slate_init(void)
{
	int err = misc_register(&slate_device);

	if (err)
		return err;
	err = liveupdate_register_file_handler(&slate_handler);
	if (err == -EOPNOTSUPP)
		return 0;
	if (err)
		misc_deregister(&slate_device);
	return err;
}
late_initcall(slate_init);
