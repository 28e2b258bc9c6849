/*
 * Hash tables of objects by a key that is part of them. The kernel's grow and shrink; this one has
 * as many buckets as ever, which nobody can tell by what it does.
 */
#pragma once

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/types.h>

struct rhash_head {
	struct rhash_head *next;
};

struct rhashtable;

struct rhashtable_compare_arg {
	struct rhashtable *ht;
	const void *key;
};

typedef u32 (*rht_hashfn_t)(const void *data, u32 length, u32 seed);
typedef u32 (*rht_obj_hashfn_t)(const void *object, u32 length, u32 seed);
typedef int (*rht_obj_cmpfn_t)(struct rhashtable_compare_arg *arg, const void *object);

struct rhashtable_params {
	u16 nelem_hint;
	u16 key_len;
	u16 key_offset;
	u16 head_offset;
	unsigned int max_size;
	u16 min_size;
	bool automatic_shrinking;
	rht_hashfn_t hashfn;
	rht_obj_hashfn_t obj_hashfn;
	rht_obj_cmpfn_t obj_cmpfn; /* 0 if the object has the key */
};

enum { KHO_RHASH_BUCKETS = 256 };

struct rhashtable {
	struct rhashtable_params p;
	struct mutex mutex;
	atomic_t nelems;
	struct rhash_head *buckets[KHO_RHASH_BUCKETS];
};

/* Where a walk is: the object that comes next. */
struct rhashtable_iter {
	struct rhashtable *ht;
	unsigned int bucket;
	struct rhash_head *next;
};

static inline void *kho_rht_object(const struct rhashtable *table, struct rhash_head *head)
{
	return head ? (char *)head - table->p.head_offset : NULL;
}

static inline u32 kho_rht_hash(const void *key, u32 length, u32 seed)
{
	const unsigned char *bytes = key;
	u32 hash = seed;

	for (u32 i = 0; i < length; i++)
		hash = hash * 31 + bytes[i];
	return hash ^ hash >> 15;
}

static inline struct rhash_head **kho_rht_bucket_of_key(struct rhashtable *table, const void *key,
							struct rhashtable_params params)
{
	u32 hash = (params.hashfn ?: kho_rht_hash)(key, params.key_len, 0);

	return &table->buckets[hash % KHO_RHASH_BUCKETS];
}

static inline struct rhash_head **kho_rht_bucket_of(struct rhashtable *table, const void *object,
						    struct rhashtable_params params)
{
	if (params.obj_hashfn)
		return &table->buckets[params.obj_hashfn(object, params.key_len, 0) %
				       KHO_RHASH_BUCKETS];
	return kho_rht_bucket_of_key(table, (const char *)object + params.key_offset, params);
}

static inline struct rhash_head *kho_rht_find(struct rhashtable *table, const void *key,
					      struct rhashtable_params params)
{
	struct rhashtable_compare_arg arg = { .ht = table, .key = key };
	struct rhash_head *head = *kho_rht_bucket_of_key(table, key, params);

	for (; head; head = head->next) {
		const char *object = kho_rht_object(table, head);

		if (params.obj_cmpfn ? !params.obj_cmpfn(&arg, object) :
				       !memcmp(object + params.key_offset, key, params.key_len))
			return head;
	}
	return NULL;
}

static inline int rhashtable_init(struct rhashtable *table, const struct rhashtable_params *params)
{
	if ((!params->key_len && !params->obj_hashfn) || (params->obj_hashfn && !params->obj_cmpfn))
		return -EINVAL;
	*table = (struct rhashtable){ .p = *params };
	mutex_init(&table->mutex);
	return 0;
}

static inline int rhashtable_insert_fast(struct rhashtable *table, struct rhash_head *head,
					 const struct rhashtable_params params)
{
	struct rhash_head **bucket = kho_rht_bucket_of(table, kho_rht_object(table, head), params);

	head->next = *bucket;
	*bucket = head;
	atomic_inc(&table->nelems);
	return 0;
}

static inline void *rhashtable_lookup_fast(struct rhashtable *table, const void *key,
					   const struct rhashtable_params params)
{
	return kho_rht_object(table, kho_rht_find(table, key, params));
}

/* The object that has the key already, or NULL if this one has been added. */
static inline void *rhashtable_lookup_get_insert_key(struct rhashtable *table, const void *key,
						     struct rhash_head *head,
						     const struct rhashtable_params params)
{
	struct rhash_head *there = kho_rht_find(table, key, params);

	if (there)
		return kho_rht_object(table, there);
	rhashtable_insert_fast(table, head, params);
	return NULL;
}

static inline int rhashtable_lookup_insert_key(struct rhashtable *table, const void *key,
					       struct rhash_head *head,
					       const struct rhashtable_params params)
{
	return rhashtable_lookup_get_insert_key(table, key, head, params) ? -EEXIST : 0;
}

static inline int rhashtable_lookup_insert_fast(struct rhashtable *table, struct rhash_head *head,
						const struct rhashtable_params params)
{
	const char *object = kho_rht_object(table, head);

	return rhashtable_lookup_insert_key(table, object + params.key_offset, head, params);
}

static inline int rhashtable_remove_fast(struct rhashtable *table, struct rhash_head *head,
					 const struct rhashtable_params params)
{
	struct rhash_head **at = kho_rht_bucket_of(table, kho_rht_object(table, head), params);

	for (; *at; at = &(*at)->next)
		if (*at == head) {
			*at = head->next;
			atomic_dec(&table->nelems);
			return 0;
		}
	return -ENOENT;
}

static inline void rhashtable_free_and_destroy(struct rhashtable *table,
					       void (*free)(void *object, void *arg), void *arg)
{
	for (unsigned int i = 0; i < KHO_RHASH_BUCKETS; i++) {
		struct rhash_head *head = table->buckets[i];

		while (head) {
			struct rhash_head *next = head->next;

			if (free)
				free(kho_rht_object(table, head), arg);
			head = next;
		}
		table->buckets[i] = NULL;
	}
	atomic_set(&table->nelems, 0);
}

static inline void rhashtable_destroy(struct rhashtable *table)
{
	rhashtable_free_and_destroy(table, NULL, NULL);
}

static inline void rhashtable_walk_enter(struct rhashtable *table, struct rhashtable_iter *iter)
{
	*iter = (struct rhashtable_iter){ .ht = table, .next = table->buckets[0] };
}

static inline void *rhashtable_walk_next(struct rhashtable_iter *iter)
{
	struct rhash_head *head;

	while (!iter->next && iter->bucket + 1 < KHO_RHASH_BUCKETS)
		iter->next = iter->ht->buckets[++iter->bucket];
	head = iter->next;
	iter->next = head ? head->next : NULL;
	return kho_rht_object(iter->ht, head);
}

#define rhashtable_walk_start(iter) ((void)(iter), rcu_read_lock())
#define rhashtable_walk_stop(iter) ((void)(iter), rcu_read_unlock())
#define rhashtable_walk_exit(iter) ((void)(iter))
#define rhashtable_lookup(table, key, params) rhashtable_lookup_fast(table, key, params)
