/* No interrupt ever comes: what a driver's handler is called with is declared, and no more. */
#pragma once

#include <linux/irqflags.h>
#include <linux/irqreturn.h>
#include <linux/types.h>

typedef irqreturn_t (*irq_handler_t)(int irq, void *data);
