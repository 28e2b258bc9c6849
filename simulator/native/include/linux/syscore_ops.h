#pragma once

#include <linux/kconfig.h>
#include <linux/list.h>

/* shutdown() is called before the jump, the last that was registered first. */
struct syscore_ops {
	struct list_head node;
	int (*suspend)(void);
	void (*resume)(void);
	void (*shutdown)(void);
};

void register_syscore_ops(struct syscore_ops *ops);
void unregister_syscore_ops(struct syscore_ops *ops);
