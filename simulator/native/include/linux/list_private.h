/* Lists whose links are private members. */
#pragma once

#include <linux/list.h>

#define list_private_entry(pointer, type, member) list_entry(pointer, type, member)
#define list_private_first_entry(head, type, member) list_first_entry(head, type, member)
#define list_private_last_entry(head, type, member) list_last_entry(head, type, member)
#define list_private_next_entry(entry, member) list_next_entry(entry, member)
#define list_private_prev_entry(entry, member) list_prev_entry(entry, member)
#define list_private_for_each_entry(each, head, member) list_for_each_entry(each, head, member)
#define list_private_for_each_entry_reverse(each, head, member) \
	list_for_each_entry_reverse(each, head, member)
#define list_private_for_each_entry_safe(each, after, head, member) \
	list_for_each_entry_safe(each, after, head, member)
