/* Numbers that tell a reader that somebody wrote: one thread runs, so nobody ever does meanwhile. */
#pragma once

#include <linux/spinlock.h>
#include <linux/types.h>

typedef struct {
	unsigned int sequence;
} seqcount_t;

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define SEQCNT_ZERO(name) { 0 }
#define DEFINE_SEQLOCK(name) seqlock_t name = { .lock = __SPIN_LOCK_UNLOCKED(name) }
#define seqcount_init(count) ((count)->sequence = 0)
#define seqlock_init(seq)                          \
	do {                                       \
		seqcount_init(&(seq)->seqcount);   \
		spin_lock_init(&(seq)->lock);      \
	} while (0)
#define read_seqcount_begin(count) ((count)->sequence)
#define read_seqcount_retry(count, start) ((count)->sequence != (start))
#define write_seqcount_begin(count) ((void)(count)->sequence++)
#define write_seqcount_end(count) ((void)(count)->sequence++)
#define read_seqbegin(seq) read_seqcount_begin(&(seq)->seqcount)
#define read_seqretry(seq, start) read_seqcount_retry(&(seq)->seqcount, start)
#define write_seqlock(seq)                                \
	do {                                              \
		spin_lock(&(seq)->lock);                  \
		write_seqcount_begin(&(seq)->seqcount);   \
	} while (0)
#define write_sequnlock(seq)                              \
	do {                                              \
		write_seqcount_end(&(seq)->seqcount);     \
		spin_unlock(&(seq)->lock);                \
	} while (0)
