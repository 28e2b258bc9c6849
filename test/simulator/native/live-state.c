/* A driver of 6.19 and later, in what it may use: locks, lists, work, files, parameters. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/hashtable.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kref.h>
#include <linux/libfdt.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct entry {
	struct list_head list;
	struct hlist_node hash;
	struct kref kref;
	u64 key;
	char name[16];
	u8 data[] __counted_by(key);
};

static LIST_HEAD(entries);
static DEFINE_HASHTABLE(by_key, 4);
static DEFINE_XARRAY_ALLOC(ids);
static DEFINE_MUTEX(lock);
static DEFINE_SPINLOCK(spin);
static DECLARE_RWSEM(sem);
static DECLARE_COMPLETION(done);
static unsigned int limit = 4;
module_param(limit, uint, 0644);
MODULE_PARM_DESC(limit, "Entries at most");

static void entry_release(struct kref *kref)
{
	struct entry *entry = container_of(kref, struct entry, kref);

	hash_del(&entry->hash);
	list_del(&entry->list);
	kfree(entry);
}

static struct entry *entry_find(u64 key)
{
	struct entry *entry;

	hash_for_each_possible(by_key, entry, hash, key)
		if (entry->key == key)
			return entry;
	return NULL;
}

static int entry_add(u64 key, const char *name)
{
	struct entry *entry __free(kfree) = kzalloc(struct_size(entry, data, 8), GFP_KERNEL);
	u32 id;
	int err;

	if (!entry)
		return -ENOMEM;
	guard(mutex)(&lock);
	if (entry_find(key))
		return -EEXIST;
	entry->key = key;
	strscpy(entry->name, name);
	kref_init(&entry->kref);
	err = xa_alloc(&ids, &id, entry, XA_LIMIT(1, limit), GFP_KERNEL);
	if (err)
		return err;
	scoped_guard(spinlock_irqsave, &spin)
		list_add_tail(&entry->list, &entries);
	hash_add(by_key, &entry->hash, key);
	retain_and_null_ptr(entry);
	return 0;
}

static void demo_work(struct work_struct *work)
{
	struct entry *entry, *after;

	scoped_guard(rwsem_write, &sem) {
		list_for_each_entry_safe(entry, after, &entries, list)
			kref_put(&entry->kref, entry_release);
	}
	complete(&done);
}
static DECLARE_WORK(work, demo_work);

static ssize_t demo_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	u64 key;

	if (count != sizeof(key))
		return -EINVAL;
	if (copy_from_user(&key, buf, sizeof(key)))
		return -EFAULT;
	return entry_add(key, "written") ?: (ssize_t)count;
}

static int demo_show(struct seq_file *m, void *v)
{
	struct entry *entry;

	list_for_each_entry(entry, &entries, list)
		seq_printf(m, "%s %llu\n", entry->name, entry->key);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(demo);

static const struct file_operations demo_file_ops = {
	.owner = THIS_MODULE,
	.write = demo_write,
};

static struct miscdevice demo_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "demo",
	.fops = &demo_file_ops,
};

static int demo_hand_over(void)
{
	void *blob = kho_alloc_preserve(PAGE_SIZE);
	int err;

	if (IS_ERR(blob))
		return PTR_ERR(blob);
	put_unaligned((u64)virt_to_phys(blob), (u64 *)blob);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
	err = kho_add_subtree("demo", blob, PAGE_SIZE);
#else
	err = kho_add_subtree("demo", blob);
#endif
	if (err)
		kho_unpreserve_free(blob);
	return err;
}

static int __init demo_init(void)
{
	struct dentry *dir = debugfs_create_dir("demo", NULL);
	int err;

	if (!kho_is_enabled())
		return 0;
	debugfs_create_file("entries", 0400, dir, NULL, &demo_fops);
	schedule_work(&work);
	wait_for_completion(&done);
	err = misc_register(&demo_misc);
	if (err)
		return dev_err_probe(demo_misc.this_device, err, "no device\n");
	pr_info("up to %u entries, %pe\n", limit, ERR_PTR(err));
	return WARN_ON(demo_hand_over());
}
late_initcall(demo_init);
MODULE_LICENSE("GPL");
