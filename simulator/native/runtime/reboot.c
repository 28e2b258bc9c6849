/* What drivers are told before the jump, in the order of kernel_kexec(). */
#include <linux/reboot.h>
#include <linux/syscore_ops.h>

#include "native.h"
#include "open-files.h"

extern char __executable_start[];

static struct notifier_block *notifiers;
static LIST_HEAD(syscore);

void kho_native_wants_reboot(const void *function)
{
	kho_native_call("wantsReboot", "u", (const char *)function - __executable_start);
}

int register_reboot_notifier(struct notifier_block *nb)
{
	kho_native_wants_reboot(nb->notifier_call);
	return kho_notifier_add(&notifiers, nb);
}

int unregister_reboot_notifier(struct notifier_block *nb)
{
	return kho_notifier_remove(&notifiers, nb);
}

void register_syscore_ops(struct syscore_ops *ops)
{
	list_add_tail(&ops->node, &syscore);
	if (ops->shutdown)
		kho_native_wants_reboot(ops->shutdown);
}

void unregister_syscore_ops(struct syscore_ops *ops)
{
	list_del(&ops->node);
}

/* Called by the engine's side, once for a kernel. */
int kho_native_reboot(bool is_kexec);
int kho_native_reboot(bool is_kexec)
{
	struct syscore_ops *each;

	kho_notifier_call(notifiers, SYS_RESTART, is_kexec ? (char[]){ "kexec reboot" } : NULL);
	kho_native_shut_down_devices();
	list_for_each_entry_reverse(each, &syscore, node)
		if (each->shutdown)
			each->shutdown();
	return 0;
}
