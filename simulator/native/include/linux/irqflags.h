#pragma once

#include <linux/types.h>

void local_irq_disable(void);
void local_irq_enable(void);
bool irqs_disabled(void);

#define local_irq_save(flags)               \
	do {                                \
		(flags) = irqs_disabled();  \
		local_irq_disable();        \
	} while (0)
#define local_irq_restore(flags)            \
	do {                                \
		if (!(flags))               \
			local_irq_enable(); \
	} while (0)
