/* A handler of files for the Live Update Orchestrator. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/module.h>

static bool demo_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op && file->f_op->owner == THIS_MODULE;
}

static int demo_preserve(struct liveupdate_file_op_args *args)
{
	u64 *state = kho_alloc_preserve(sizeof(*state));

	if (IS_ERR(state))
		return PTR_ERR(state);
	*state = args->file->f_pos;
	args->serialized_data = virt_to_phys(state);
	return 0;
}

static void demo_unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(phys_to_virt(args->serialized_data));
}

static int demo_retrieve(struct liveupdate_file_op_args *args)
{
	return -EOPNOTSUPP;
}

static void demo_finish(struct liveupdate_file_op_args *args)
{
	kho_restore_free(phys_to_virt(args->serialized_data));
}

static const struct liveupdate_file_ops demo_ops = {
	.can_preserve = demo_can_preserve,
	.preserve = demo_preserve,
	.unpreserve = demo_unpreserve,
	.retrieve = demo_retrieve,
	.finish = demo_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler demo_handler = {
	.ops = &demo_ops,
	.compatible = "demo-v1",
};

static int __init demo_init(void)
{
	return liveupdate_register_file_handler(&demo_handler);
}
late_initcall(demo_init);
