/*
 * Queues in a ring, whose number of elements is a power of two. Both ends count upwards for ever;
 * how far they are apart is how much is in it.
 */
#pragma once

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

struct __kfifo {
	unsigned int in;
	unsigned int out;
	unsigned int mask; /* elements less one */
	unsigned int esize; /* bytes of one */
	void *data;
};

/* The pointer is never set: it has the type of an element. */
#define KHO_KFIFO(type, elements)         \
	struct {                          \
		struct __kfifo kfifo;     \
		type *element;            \
		type buffer[elements];    \
	}

#define DECLARE_KFIFO(name, type, size) KHO_KFIFO(type, size) name
#define DECLARE_KFIFO_PTR(name, type) KHO_KFIFO(type, 0) name
#define DEFINE_KFIFO(name, type, size)                                         \
	KHO_KFIFO(type, size) name = { .kfifo = { .mask = (size) - 1,          \
						  .esize = sizeof(type),       \
						  .data = name.buffer } }

struct kfifo {
	struct __kfifo kfifo;
	unsigned char *element;
};

#define INIT_KFIFO(fifo)                                                       \
	((fifo).kfifo = (struct __kfifo){                                      \
		 .mask = max(sizeof((fifo).buffer) / sizeof(*(fifo).element),  \
			     1UL) - 1,                                         \
		 .esize = sizeof(*(fifo).element),                             \
		 .data = sizeof((fifo).buffer) ? (fifo).buffer : NULL,         \
	 })

#define kfifo_initialized(fifo) ((fifo)->kfifo.data != NULL)
#define kfifo_esize(fifo) ((fifo)->kfifo.esize)
#define kfifo_size(fifo) ((fifo)->kfifo.mask + 1)
#define kfifo_reset(fifo) ((void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0))
#define kfifo_reset_out(fifo) ((void)((fifo)->kfifo.out = (fifo)->kfifo.in))
#define kfifo_len(fifo) ((fifo)->kfifo.in - (fifo)->kfifo.out)
#define kfifo_is_empty(fifo) (kfifo_len(fifo) == 0)
#define kfifo_is_full(fifo) (kfifo_len(fifo) > (fifo)->kfifo.mask)
#define kfifo_avail(fifo) (kfifo_size(fifo) - kfifo_len(fifo))

static inline int kho_kfifo_alloc(struct __kfifo *fifo, unsigned int size, size_t esize, gfp_t gfp)
{
	size = roundup_pow_of_two(size);
	*fifo = (struct __kfifo){ 0 };
	if (size < 2)
		return -EINVAL;
	fifo->data = kmalloc_array(size, esize, gfp);
	if (!fifo->data)
		return -ENOMEM;
	fifo->mask = size - 1;
	fifo->esize = (unsigned int)esize;
	return 0;
}

/* In a buffer of `size` bytes that is somebody else's. */
static inline int kho_kfifo_init(struct __kfifo *fifo, void *buffer, size_t size, size_t esize)
{
	size_t elements = size / esize;

	*fifo = (struct __kfifo){ 0 };
	if (elements < 2)
		return -EINVAL;
	fifo->data = buffer;
	fifo->mask = (unsigned int)rounddown_pow_of_two(elements) - 1;
	fifo->esize = (unsigned int)esize;
	return 0;
}

static inline void *kho_kfifo_at(const struct __kfifo *fifo, unsigned int index)
{
	return (char *)fifo->data + (size_t)(index & fifo->mask) * fifo->esize;
}

static inline unsigned int kho_kfifo_in(struct __kfifo *fifo, const void *from, unsigned int count)
{
	count = min(count, fifo->mask + 1 - (fifo->in - fifo->out));
	for (unsigned int i = 0; i < count; i++)
		memcpy(kho_kfifo_at(fifo, fifo->in + i), (const char *)from + i * fifo->esize,
		       fifo->esize);
	fifo->in += count;
	return count;
}

static inline unsigned int kho_kfifo_peek(const struct __kfifo *fifo, void *to, unsigned int count)
{
	count = min(count, fifo->in - fifo->out);
	for (unsigned int i = 0; i < count; i++)
		memcpy((char *)to + i * fifo->esize, kho_kfifo_at(fifo, fifo->out + i),
		       fifo->esize);
	return count;
}

static inline unsigned int kho_kfifo_out(struct __kfifo *fifo, void *to, unsigned int count)
{
	count = kho_kfifo_peek(fifo, to, count);
	fifo->out += count;
	return count;
}

#define kfifo_alloc(fifo, size, gfp) \
	kho_kfifo_alloc(&(fifo)->kfifo, size, sizeof(*(fifo)->element), gfp)
#define kfifo_init(fifo, buffer, size) \
	kho_kfifo_init(&(fifo)->kfifo, buffer, size, sizeof(*(fifo)->element))
#define kfifo_free(fifo)                                \
	do {                                            \
		kfree((fifo)->kfifo.data);              \
		(fifo)->kfifo = (struct __kfifo){ 0 };  \
	} while (0)

#define kfifo_put(fifo, value)                                                 \
	({                                                                     \
		typeof(*(fifo)->element) kho_value = (value);                  \
		kho_kfifo_in(&(fifo)->kfifo, &kho_value, 1);                   \
	})
#define kfifo_get(fifo, to)                                                    \
	({                                                                     \
		typeof((fifo)->element) kho_to = (to);                         \
		kho_kfifo_out(&(fifo)->kfifo, kho_to, 1);                      \
	})
#define kfifo_peek(fifo, to)                                                   \
	({                                                                     \
		typeof((fifo)->element) kho_to = (to);                         \
		kho_kfifo_peek(&(fifo)->kfifo, kho_to, 1);                     \
	})
#define kfifo_skip(fifo) ((void)(kfifo_is_empty(fifo) ? 0 : (fifo)->kfifo.out++))
#define kfifo_in(fifo, from, count) kho_kfifo_in(&(fifo)->kfifo, from, count)
#define kfifo_out(fifo, to, count) kho_kfifo_out(&(fifo)->kfifo, to, count)
#define kfifo_out_peek(fifo, to, count) kho_kfifo_peek(&(fifo)->kfifo, to, count)

#define KHO_KFIFO_LOCKED(lock, count)                                          \
	({                                                                     \
		unsigned long kho_flags;                                       \
		unsigned int kho_count;                                        \
		spin_lock_irqsave(lock, kho_flags);                            \
		kho_count = (count);                                           \
		spin_unlock_irqrestore(lock, kho_flags);                       \
		kho_count;                                                     \
	})
#define kfifo_in_spinlocked(fifo, from, count, lock) \
	KHO_KFIFO_LOCKED(lock, kfifo_in(fifo, from, count))
#define kfifo_out_spinlocked(fifo, to, count, lock) \
	KHO_KFIFO_LOCKED(lock, kfifo_out(fifo, to, count))
