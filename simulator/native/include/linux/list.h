/* Doubly linked lists through a head, and lists of hash buckets. */
#pragma once

#include <linux/container_of.h>
#include <linux/compiler.h>
#include <linux/poison.h>
#include <linux/types.h>

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void __list_add(struct list_head *entry, struct list_head *prev,
			      struct list_head *next)
{
	next->prev = entry;
	entry->next = next;
	entry->prev = prev;
	prev->next = entry;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head, head->next);
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	__list_add(entry, head->prev, head);
}

static inline void __list_del(struct list_head *prev, struct list_head *next)
{
	next->prev = prev;
	prev->next = next;
}

static inline void __list_del_entry(struct list_head *entry)
{
	__list_del(entry->prev, entry->next);
}

static inline void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}

static inline void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_replace(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->next->prev = entry;
	entry->prev = old->prev;
	entry->prev->next = entry;
}

static inline void list_replace_init(struct list_head *old, struct list_head *entry)
{
	list_replace(old, entry);
	INIT_LIST_HEAD(old);
}

static inline void list_swap(struct list_head *a, struct list_head *b)
{
	struct list_head *before = b->prev;

	list_del_init(b);
	list_replace(a, b);
	list_add(a, before == a ? b : before);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add_tail(entry, head);
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline bool list_is_first(const struct list_head *entry, const struct list_head *head)
{
	return entry->prev == head;
}

static inline bool list_is_last(const struct list_head *entry, const struct list_head *head)
{
	return entry->next == head;
}

static inline bool list_is_head(const struct list_head *entry, const struct list_head *head)
{
	return entry == head;
}

static inline bool list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

static inline void __list_splice(const struct list_head *list, struct list_head *prev,
				 struct list_head *next)
{
	list->next->prev = prev;
	prev->next = list->next;
	list->prev->next = next;
	next->prev = list->prev;
}

static inline void list_splice(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head, head->next);
}

static inline void list_splice_tail(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head->prev, head);
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_tail(list, head);
	INIT_LIST_HEAD(list);
}

/* Moves what is before `entry` to `to`, which loses what it had. */
static inline void list_cut_before(struct list_head *to, struct list_head *head,
				   struct list_head *entry)
{
	if (head->next == entry) {
		INIT_LIST_HEAD(to);
		return;
	}
	to->next = head->next;
	to->next->prev = to;
	to->prev = entry->prev;
	to->prev->next = to;
	head->next = entry;
	entry->prev = head;
}

/* The same with `entry` itself. */
static inline void list_cut_position(struct list_head *to, struct list_head *head,
				     struct list_head *entry)
{
	if (entry == head)
		INIT_LIST_HEAD(to);
	else
		list_cut_before(to, head, entry->next);
}

static inline size_t list_count_nodes(const struct list_head *head)
{
	size_t count = 0;

	for (const struct list_head *each = head->next; each != head; each = each->next)
		count++;
	return count;
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_last_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_last_entry(head, type, member))
#define list_next_entry(entry, member) list_entry((entry)->member.next, typeof(*(entry)), member)
#define list_prev_entry(entry, member) list_entry((entry)->member.prev, typeof(*(entry)), member)
#define list_entry_is_head(entry, head, member) (&(entry)->member == (head))

#define list_for_each(each, head) \
	for ((each) = (head)->next; (each) != (head); (each) = (each)->next)
#define list_for_each_prev(each, head) \
	for ((each) = (head)->prev; (each) != (head); (each) = (each)->prev)
#define list_for_each_safe(each, after, head)                                    \
	for ((each) = (head)->next, (after) = (each)->next; (each) != (head);    \
	     (each) = (after), (after) = (each)->next)

#define list_for_each_entry(each, head, member)                                  \
	for ((each) = list_first_entry(head, typeof(*(each)), member);           \
	     !list_entry_is_head(each, head, member);                            \
	     (each) = list_next_entry(each, member))
#define list_for_each_entry_reverse(each, head, member)                          \
	for ((each) = list_last_entry(head, typeof(*(each)), member);            \
	     !list_entry_is_head(each, head, member);                            \
	     (each) = list_prev_entry(each, member))
#define list_for_each_entry_continue(each, head, member)                         \
	for ((each) = list_next_entry(each, member);                             \
	     !list_entry_is_head(each, head, member);                            \
	     (each) = list_next_entry(each, member))
#define list_for_each_entry_continue_reverse(each, head, member)                 \
	for ((each) = list_prev_entry(each, member);                             \
	     !list_entry_is_head(each, head, member);                            \
	     (each) = list_prev_entry(each, member))
#define list_for_each_entry_from(each, head, member)                             \
	for (; !list_entry_is_head(each, head, member);                          \
	     (each) = list_next_entry(each, member))
#define list_for_each_entry_safe(each, after, head, member)                      \
	for ((each) = list_first_entry(head, typeof(*(each)), member),           \
	    (after) = list_next_entry(each, member);                             \
	     !list_entry_is_head(each, head, member);                            \
	     (each) = (after), (after) = list_next_entry(after, member))
#define list_for_each_entry_safe_reverse(each, after, head, member)              \
	for ((each) = list_last_entry(head, typeof(*(each)), member),            \
	    (after) = list_prev_entry(each, member);                             \
	     !list_entry_is_head(each, head, member);                            \
	     (each) = (after), (after) = list_prev_entry(after, member))

#define HLIST_HEAD_INIT { .first = NULL }
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
	node->pprev = &head->first;
}

static inline void __hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
}

static inline void hlist_del(struct hlist_node *node)
{
	__hlist_del(node);
	node->next = LIST_POISON1;
	node->pprev = LIST_POISON2;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	INIT_HLIST_NODE(node);
}

#define hlist_entry(pointer, type, member) container_of(pointer, type, member)
#define hlist_entry_safe(pointer, type, member)                                  \
	({                                                                       \
		typeof(pointer) __node = (pointer);                              \
		__node ? hlist_entry(__node, type, member) : NULL;               \
	})
#define hlist_for_each_entry(each, head, member)                                 \
	for ((each) = hlist_entry_safe((head)->first, typeof(*(each)), member);  \
	     (each);                                                             \
	     (each) = hlist_entry_safe((each)->member.next, typeof(*(each)), member))
#define hlist_for_each_entry_safe(each, after, head, member)                     \
	for ((each) = hlist_entry_safe((head)->first, typeof(*(each)), member);  \
	     (each) && ((after) = (each)->member.next, 1);                       \
	     (each) = hlist_entry_safe(after, typeof(*(each)), member))
