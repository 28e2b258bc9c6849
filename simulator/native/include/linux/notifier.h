/* Chains of callbacks. A callback of higher priority is called earlier. */
#pragma once

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/types.h>

struct notifier_block;

typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);

struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;
	int priority;
};

struct blocking_notifier_head {
	struct rw_semaphore rwsem;
	struct notifier_block *head;
};

struct raw_notifier_head {
	struct notifier_block *head;
};

#define BLOCKING_NOTIFIER_INIT(name) \
	{ .rwsem = __RWSEM_INITIALIZER((name).rwsem), .head = NULL }
#define BLOCKING_NOTIFIER_HEAD(name) \
	struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
#define RAW_NOTIFIER_HEAD(name) struct raw_notifier_head name = { .head = NULL }

#define NOTIFY_DONE 0x0000
#define NOTIFY_OK 0x0001
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK)

static inline int notifier_from_errno(int err)
{
	return err ? NOTIFY_STOP_MASK | (NOTIFY_OK - err) : NOTIFY_OK;
}

static inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

static inline int kho_notifier_add(struct notifier_block **head, struct notifier_block *nb)
{
	while (*head && (*head)->priority >= nb->priority) {
		if (*head == nb)
			return -EEXIST;
		head = &(*head)->next;
	}
	nb->next = *head;
	*head = nb;
	return 0;
}

static inline int kho_notifier_remove(struct notifier_block **head, struct notifier_block *nb)
{
	for (; *head; head = &(*head)->next) {
		if (*head == nb) {
			*head = nb->next;
			return 0;
		}
	}
	return -ENOENT;
}

static inline int kho_notifier_call(struct notifier_block *nb, unsigned long action, void *data)
{
	int ret = NOTIFY_DONE;

	while (nb) {
		struct notifier_block *next = nb->next;

		ret = nb->notifier_call(nb, action, data);
		if (ret & NOTIFY_STOP_MASK)
			break;
		nb = next;
	}
	return ret;
}

static inline int blocking_notifier_chain_register(struct blocking_notifier_head *chain,
						   struct notifier_block *nb)
{
	return kho_notifier_add(&chain->head, nb);
}

static inline int blocking_notifier_chain_unregister(struct blocking_notifier_head *chain,
						     struct notifier_block *nb)
{
	return kho_notifier_remove(&chain->head, nb);
}

static inline int blocking_notifier_call_chain(struct blocking_notifier_head *chain,
					       unsigned long action, void *data)
{
	return kho_notifier_call(chain->head, action, data);
}

#define raw_notifier_chain_register(chain, nb) kho_notifier_add(&(chain)->head, nb)
#define raw_notifier_chain_unregister(chain, nb) kho_notifier_remove(&(chain)->head, nb)
#define raw_notifier_call_chain(chain, action, data) \
	kho_notifier_call((chain)->head, action, data)

struct atomic_notifier_head {
	struct notifier_block *head;
};

struct srcu_notifier_head {
	struct notifier_block *head;
};

#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name = { .head = NULL }
#define SRCU_NOTIFIER_HEAD(name) struct srcu_notifier_head name = { .head = NULL }
#define BLOCKING_INIT_NOTIFIER_HEAD(chain) ((chain)->head = NULL)
#define ATOMIC_INIT_NOTIFIER_HEAD(chain) ((chain)->head = NULL)
#define RAW_INIT_NOTIFIER_HEAD(chain) ((chain)->head = NULL)
#define srcu_init_notifier_head(chain) ((chain)->head = NULL)
#define atomic_notifier_chain_register(chain, nb) kho_notifier_add(&(chain)->head, nb)
#define atomic_notifier_chain_unregister(chain, nb) kho_notifier_remove(&(chain)->head, nb)
#define atomic_notifier_call_chain(chain, action, data) \
	kho_notifier_call((chain)->head, action, data)
#define srcu_notifier_chain_register(chain, nb) kho_notifier_add(&(chain)->head, nb)
#define srcu_notifier_chain_unregister(chain, nb) kho_notifier_remove(&(chain)->head, nb)
#define srcu_notifier_call_chain(chain, action, data) \
	kho_notifier_call((chain)->head, action, data)
