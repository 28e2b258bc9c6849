#pragma once

#include <linux/array_size.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>

#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define DEFINE_HASHTABLE(name, bits) \
	struct hlist_head name[1 << (bits)] = { [0 ...((1 << (bits)) - 1)] = HLIST_HEAD_INIT }
#define HASH_SIZE(table) (ARRAY_SIZE(table))
#define HASH_BITS(table) ((unsigned int)ilog2(HASH_SIZE(table)))
#define hash_min(value, bits) \
	(sizeof(value) <= 4 ? hash_32((u32)(value), bits) : hash_64((u64)(value), bits))

static inline void kho_hash_init(struct hlist_head *table, size_t size)
{
	for (size_t i = 0; i < size; i++)
		INIT_HLIST_HEAD(&table[i]);
}

static inline bool kho_hash_empty(const struct hlist_head *table, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!hlist_empty(&table[i]))
			return false;
	return true;
}

#define hash_init(table) kho_hash_init(table, HASH_SIZE(table))
#define hash_empty(table) kho_hash_empty(table, HASH_SIZE(table))
#define hash_add(table, node, key) \
	hlist_add_head(node, &(table)[hash_min(key, HASH_BITS(table))])
#define hash_hashed(node) (!hlist_unhashed(node))
#define hash_del(node) hlist_del_init(node)
#define hash_for_each(table, bucket, each, member)                               \
	for ((bucket) = 0, (each) = NULL; !(each) && (size_t)(bucket) < HASH_SIZE(table); \
	     (bucket)++)                                                         \
		hlist_for_each_entry(each, &(table)[bucket], member)
#define hash_for_each_safe(table, bucket, after, each, member)                   \
	for ((bucket) = 0, (each) = NULL; !(each) && (size_t)(bucket) < HASH_SIZE(table); \
	     (bucket)++)                                                         \
		hlist_for_each_entry_safe(each, after, &(table)[bucket], member)
#define hash_for_each_possible(table, each, member, key) \
	hlist_for_each_entry(each, &(table)[hash_min(key, HASH_BITS(table))], member)
#define hash_for_each_possible_safe(table, each, after, member, key) \
	hlist_for_each_entry_safe(each, after, &(table)[hash_min(key, HASH_BITS(table))], member)
