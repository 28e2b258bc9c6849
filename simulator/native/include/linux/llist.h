/* Lists to which anybody adds at the front. */
#pragma once

#include <linux/container_of.h>
#include <linux/types.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name) { NULL }
#define LLIST_HEAD(name) struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *head)
{
	head->first = NULL;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return head->first == NULL;
}

/* True if the list was empty. */
static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	node->next = head->first;
	head->first = node;
	return node->next == NULL;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	struct llist_node *first = head->first;

	head->first = NULL;
	return first;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *reversed = NULL;

	while (node) {
		struct llist_node *next = node->next;

		node->next = reversed;
		reversed = node;
		node = next;
	}
	return reversed;
}

#define llist_entry(pointer, type, member) container_of(pointer, type, member)
#define llist_for_each(each, node) for ((each) = (node); (each); (each) = (each)->next)
#define KHO_LLIST_ENTRY(from, each, member)                                     \
	({                                                                      \
		struct llist_node *__node = (from);                             \
		__node ? llist_entry(__node, typeof(*(each)), member) : NULL;   \
	})
#define llist_for_each_entry(each, node, member)                                \
	for ((each) = KHO_LLIST_ENTRY(node, each, member); (each);              \
	     (each) = KHO_LLIST_ENTRY((each)->member.next, each, member))
#define llist_for_each_entry_safe(each, after, node, member)                              \
	for ((each) = KHO_LLIST_ENTRY(node, each, member);                                \
	     (each) && ((after) = KHO_LLIST_ENTRY((each)->member.next, each, member), 1); \
	     (each) = (after))
