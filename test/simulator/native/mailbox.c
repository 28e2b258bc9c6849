// SPDX-License-Identifier: GPL-2.0
/*
 * A misc device whose last message the next kernel finds. Before the jump it is sealed: what is
 * written afterwards is not handed over.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/crc32.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/reboot.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define MAILBOX "mailbox"
#define CAPACITY (3 * PAGE_SIZE)

/* Numbers only; the text is in an area of vmalloc(). */
struct mailbox_state {
	u32 length;
	u32 crc;
	struct kho_vmalloc area;
};

static DEFINE_MUTEX(lock);
static struct mailbox_state *state;
static char *text;

static ssize_t mailbox_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	guard(mutex)(&lock);
	return simple_read_from_buffer(buf, count, ppos, text, state->length);
}

static ssize_t mailbox_write(struct file *file, const char __user *buf, size_t count, loff_t *ppos)
{
	guard(mutex)(&lock);
	if (count > CAPACITY)
		return -EFBIG;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	state->length = count;
	return count;
}

static const struct file_operations mailbox_fops = {
	.owner = THIS_MODULE,
	.read = mailbox_read,
	.write = mailbox_write,
};

static struct miscdevice mailbox = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = MAILBOX,
	.fops = &mailbox_fops,
};

static int seal(struct notifier_block *nb, unsigned long action, void *data)
{
	guard(mutex)(&lock);
	state->crc = crc32_le(~0, text, state->length);
	return NOTIFY_DONE;
}
static struct notifier_block reboot_nb = { .notifier_call = seal };

static int open_old(phys_addr_t phys)
{
	struct mailbox_state *old = phys_to_virt(phys);

	text = kho_restore_vmalloc(&old->area);
	if (!text)
		return -EIO;
	state->length = old->length;
	if (old->length > CAPACITY || crc32_le(~0, text, old->length) != old->crc) {
		vfree(text);
		return -EBADMSG;
	}
	kho_restore_free(old);
	return 0;
}

static int __init mailbox_init(void)
{
	phys_addr_t phys;
	size_t size;
	int err;

	state = kho_alloc_preserve(sizeof(*state));
	if (IS_ERR(state))
		return PTR_ERR(state);
	err = kho_retrieve_subtree(MAILBOX, &phys, &size);
	if (!err) {
		err = size == sizeof(*state) ? open_old(phys) : -EINVAL;
	} else if (err == -ENOENT) {
		text = vzalloc(CAPACITY);
		err = text ? 0 : -ENOMEM;
	}
	if (err)
		goto err_free_state;
	err = kho_preserve_vmalloc(text, &state->area);
	if (err)
		goto err_free_text;
	err = kho_add_subtree(MAILBOX, state, sizeof(*state));
	if (err)
		goto err_unpreserve;
	err = misc_register(&mailbox);
	if (err)
		goto err_remove;
	return register_reboot_notifier(&reboot_nb);

err_remove:
	kho_remove_subtree(state);
err_unpreserve:
	kho_unpreserve_vmalloc(&state->area);
err_free_text:
	vfree(text);
err_free_state:
	kho_unpreserve_free(state);
	return err;
}
module_init(mailbox_init);

MODULE_LICENSE("GPL");
