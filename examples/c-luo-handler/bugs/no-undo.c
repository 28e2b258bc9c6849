// SPDX-License-Identifier: MIT
/*
 * A deliberate bug: preserve() fails and leaves preserved what it has preserved so far. The Live
 * Update Orchestrator does not call unpreserve() for a file that was never preserved.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static const struct file_operations busy_fops = {
	.owner = THIS_MODULE,
};

static struct miscdevice busy_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "busy",
	.fops = &busy_fops,
};

static bool busy_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &busy_fops;
}

static int busy_preserve(struct liveupdate_file_op_args *args)
{
	u64 *state = kho_alloc_preserve(sizeof(*state));

	if (IS_ERR(state))
		return PTR_ERR(state);
	/* The hardware is in use, which it finds out too late. */
	return -EBUSY;
}

static void busy_unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(phys_to_virt(args->serialized_data));
}

static int busy_retrieve(struct liveupdate_file_op_args *args)
{
	kho_restore_free(phys_to_virt(args->serialized_data));
	return -EOPNOTSUPP;
}

static void busy_finish(struct liveupdate_file_op_args *args)
{
	if (args->retrieve_status == 0)
		kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops busy_file_ops = {
	.can_preserve = busy_can_preserve,
	.preserve = busy_preserve,
	.unpreserve = busy_unpreserve,
	.retrieve = busy_retrieve,
	.finish = busy_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler busy_handler = {
	.ops = &busy_file_ops,
	.compatible = "busy-v1",
};

static int __init busy_init(void)
{
	int err = misc_register(&busy_device);

	if (err)
		return err;
	err = liveupdate_register_file_handler(&busy_handler);
	if (err)
		misc_deregister(&busy_device);
	return err;
}
late_initcall(busy_init);
