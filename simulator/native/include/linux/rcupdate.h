/* There are no readers but the one thread that runs. */
#pragma once

#include <linux/compiler.h>
#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/types.h>

#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define rcu_dereference(pointer) READ_ONCE(pointer)
#define rcu_dereference_protected(pointer, condition) ((void)(condition), (pointer))
#define rcu_dereference_raw(pointer) READ_ONCE(pointer)
#define rcu_access_pointer(pointer) READ_ONCE(pointer)
#define rcu_assign_pointer(pointer, value) WRITE_ONCE(pointer, value)
#define RCU_INIT_POINTER(pointer, value) WRITE_ONCE(pointer, value)
#define synchronize_rcu() ((void)0)
#define rcu_barrier() ((void)0)
#define call_rcu(head, function) ((function)(head))
#define kfree_rcu(pointer, member) kfree(pointer)
#define kvfree_rcu(pointer, member) kvfree(pointer)
#define list_add_rcu(entry, head) list_add(entry, head)
#define list_add_tail_rcu(entry, head) list_add_tail(entry, head)
#define list_del_rcu(entry) list_del(entry)
#define list_for_each_entry_rcu(each, head, member, ...) list_for_each_entry(each, head, member)
