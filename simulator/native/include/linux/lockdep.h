#pragma once

#include <linux/compiler.h>

/* The runtime knows who holds a lock. */
struct lock_class_key {
	char unused;
};

void kho_native_assert_held(const void *lock, const char *file, int line);

#define lockdep_assert_held(lock) kho_native_assert_held(lock, __FILE__, __LINE__)
#define lockdep_assert_held_write(lock) kho_native_assert_held(lock, __FILE__, __LINE__)
#define lockdep_assert_held_read(lock) kho_native_assert_held(lock, __FILE__, __LINE__)
#define lockdep_assert_not_held(lock) ((void)(lock))
#define lockdep_set_class(lock, key) ((void)(lock), (void)(key))
#define might_sleep() kho_native_might_sleep("might_sleep")
void kho_native_might_sleep(const char *function);
