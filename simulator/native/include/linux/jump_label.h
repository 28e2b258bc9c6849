/* Branches that a kernel patches: here they are variables. */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

struct static_key {
	bool enabled;
};

struct static_key_true {
	struct static_key key;
};

struct static_key_false {
	struct static_key key;
};

#define STATIC_KEY_TRUE_INIT { { true } }
#define STATIC_KEY_FALSE_INIT { { false } }
#define DEFINE_STATIC_KEY_TRUE(name) struct static_key_true name = STATIC_KEY_TRUE_INIT
#define DEFINE_STATIC_KEY_FALSE(name) struct static_key_false name = STATIC_KEY_FALSE_INIT
#define DECLARE_STATIC_KEY_TRUE(name) extern struct static_key_true name
#define DECLARE_STATIC_KEY_FALSE(name) extern struct static_key_false name
#define static_branch_likely(branch) likely((branch)->key.enabled)
#define static_branch_unlikely(branch) unlikely((branch)->key.enabled)
#define static_branch_enable(branch) ((void)((branch)->key.enabled = true))
#define static_branch_disable(branch) ((void)((branch)->key.enabled = false))
#define static_key_enabled(branch) ((branch)->key.enabled)
